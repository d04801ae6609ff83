"""When booking opens: as the centre publishes it, month's end and closed days included."""

from datetime import date, datetime, time

import pytest

from kyodo import clock
from kyodo.centre import hours
from spaces.models import BookingPolicy
from spaces.rules import windows
from tests.factories.centre import new_year, usual_week
from tests.factories.spaces import PolicyFactory


def opens(policy: BookingPolicy, day: date) -> datetime:
    calendar = hours.Calendar(*windows.days_that_matter(policy, [day]))
    return windows.window_openings(policy, [day], calendar)[day]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 10, 1), date(2026, 8, 1)),
        (date(2027, 4, 30), date(2027, 2, 28)),
        (date(2028, 4, 30), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 10, 31)),
        (date(2027, 1, 31), date(2026, 11, 30)),
        (date(2027, 2, 28), date(2026, 12, 28)),
    ],
)
def test_two_months_before_on_the_same_date_or_the_months_last(day: date, expected: date) -> None:
    policy = BookingPolicy(window_kind=BookingPolicy.WindowKind.MONTHS, window_amount=2)

    assert windows.first_booking_day(policy, day) == expected


def test_three_weeks_before_on_the_same_weekday() -> None:
    policy = BookingPolicy(window_kind=BookingPolicy.WindowKind.WEEKS, window_amount=3)

    assert windows.first_booking_day(policy, date(2027, 10, 1)) == date(2027, 9, 10)


@pytest.mark.django_db
def test_the_window_opens_at_the_clock_time_that_staff_set() -> None:
    usual_week()
    policy = PolicyFactory(window_opens_at=time(10, 30))

    assert opens(policy, date(2026, 12, 20)) == datetime(2026, 10, 20, 10, 30, tzinfo=clock.TOKYO)


@pytest.mark.django_db
def test_a_window_that_would_open_at_new_year_opens_on_the_next_open_day() -> None:
    usual_week()
    new_year()
    policy = PolicyFactory()

    assert opens(policy, date(2027, 3, 1)) == datetime(2027, 1, 4, 9, 0, tzinfo=clock.TOKYO)
    assert opens(policy, date(2027, 2, 28)).date() == date(2026, 12, 28)
