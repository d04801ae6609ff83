"""How long a registration lasts, when it may be renewed, when its end is recalled."""

from datetime import date, timedelta

import pytest

from accounts.rules import validity
from tests.factories.accounts import GroupFactory


@pytest.mark.parametrize(
    ("decided_on", "until"),
    [
        (date(2026, 4, 1), date(2027, 3, 31)),
        (date(2026, 11, 20), date(2027, 3, 31)),
        (date(2027, 1, 30), date(2027, 3, 31)),
        (date(2027, 1, 31), date(2028, 3, 31)),
        (date(2027, 2, 1), date(2028, 3, 31)),
        (date(2027, 3, 31), date(2028, 3, 31)),
    ],
)
def test_validity_ends_with_the_fiscal_year_or_the_next_one_in_its_last_two_months(
    decided_on: date, until: date
) -> None:
    assert validity.valid_until(decided_on) == until


@pytest.mark.parametrize(
    ("until", "opens"),
    [
        (date(2027, 3, 31), date(2027, 1, 31)),
        (date(2027, 4, 30), date(2027, 2, 28)),
        (date(2028, 4, 30), date(2028, 2, 29)),
        (date(2027, 1, 15), date(2026, 11, 15)),
    ],
)
def test_renewal_opens_two_months_before_on_the_same_date_or_the_months_last(
    until: date, opens: date
) -> None:
    assert validity.renewal_opens_on(until) == opens


def test_group_may_renew_from_two_months_before_and_after_its_end_but_not_once_closed() -> None:
    group = GroupFactory.build(valid_until=date(2027, 3, 31))

    assert not validity.can_renew(group, date(2027, 1, 30))
    assert validity.can_renew(group, date(2027, 1, 31))
    assert validity.can_renew(group, date(2027, 6, 1))
    assert not validity.can_renew(GroupFactory.build(closed=True), date(2099, 1, 1))


def test_renewal_never_shortens_what_the_group_has() -> None:
    group = GroupFactory.build(valid_until=date(2029, 3, 31))

    assert validity.renewed_until(group, date(2027, 2, 1)) == date(2029, 3, 31)


@pytest.mark.parametrize(
    ("days_left", "due"),
    [(61, None), (60, 60), (57, 60), (56, None), (31, None), (30, 30), (27, 30), (26, None), (8, None)]
    + [(7, 7), (4, 7), (3, None), (0, None), (-1, None)],
)
def test_reminder_is_due_on_its_day_and_made_up_for_three_days_only(days_left: int, due: int | None) -> None:
    today = date(2027, 1, 20)

    assert validity.due_reminder(today + timedelta(days=days_left), today) == due
