"""Closing and reopening the centre."""

from datetime import date, time

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from kyodo.centre import actions, hours
from kyodo.centre.models import Closure
from tests.factories.accounts import UserFactory
from tests.factories.centre import usual_week

pytestmark = [pytest.mark.django_db]

TODAY = date(2026, 11, 20)
TOMORROW = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel("2026-11-20T12:00:00+09:00", tick=False):
        yield


@pytest.fixture
def coordinator():
    return UserFactory(coordinator=True)


def close(by, first: date = TODAY, last: date = TOMORROW, **fields) -> Closure:
    return actions.close_days(
        first_day=first, last_day=last, by=by, **({"kind": Closure.Kind.DISASTER} | fields)
    )


def test_closed_days_are_closed_for_everybody(coordinator) -> None:
    usual_week()

    closure = close(coordinator, reason="  暴風警報が出ています。 ")

    assert closure.created_by == coordinator
    assert hours.opening_day(TODAY).reason == "暴風警報が出ています。"


def test_hours_can_be_closed_instead_of_days(coordinator) -> None:
    usual_week()

    close(coordinator, begins=time(13), ends=time(15))

    assert not hours.opening_day(TODAY).is_open_at(time(13))
    assert hours.opening_day(TODAY).is_open_at(time(15))


@pytest.mark.parametrize("role", ["reception", "ward_officer", None])
def test_closing_needs_the_right(role: str | None) -> None:
    person = UserFactory(**({role: True} if role else {}))

    with pytest.raises(PermissionDenied):
        close(person)

    assert not Closure.objects.exists()


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"first": TOMORROW, "last": TODAY}, "days_order"),
        ({"ends": time(13)}, "times_order"),
        ({"begins": time(13), "ends": time(13)}, "times_order"),
        ({"first": date(2026, 11, 1), "last": date(2026, 11, 19)}, "past"),
    ],
)
def test_closing_refuses_days_and_hours_that_make_no_sense(coordinator, fields, code: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        close(coordinator, **fields)

    assert refusal.value.code == code
    assert not Closure.objects.exists()


def test_closing_closed_days_again_is_refused_but_longer_is_not(coordinator) -> None:
    close(coordinator)

    with pytest.raises(ValidationError) as refusal:
        close(coordinator, first=TOMORROW)
    close(coordinator, last=date(2026, 11, 22))

    assert refusal.value.code == "already_closed"
    assert Closure.objects.count() == 2


def test_reopening_takes_back_what_has_not_passed(coordinator) -> None:
    usual_week()
    future = close(coordinator, first=TOMORROW)

    actions.reopen(closure=future, by=coordinator)

    assert hours.opening_day(TOMORROW).is_open
    assert not Closure.objects.exists()


def test_reopening_in_the_middle_keeps_the_days_that_have_passed(coordinator) -> None:
    usual_week()
    running = close(coordinator)

    with time_machine.travel("2026-11-21T08:00:00+09:00", tick=False):
        actions.reopen(closure=running, by=coordinator)

    assert not hours.opening_day(TODAY).is_open
    assert hours.opening_day(TOMORROW).is_open


def test_reopening_twice_does_nothing_more(coordinator) -> None:
    closure = close(coordinator)
    again = Closure.objects.get()
    actions.reopen(closure=closure, by=coordinator)

    actions.reopen(closure=again, by=coordinator)

    assert not Closure.objects.exists()


def test_reopening_the_past_is_refused(coordinator) -> None:
    closure = close(coordinator)

    with (
        time_machine.travel("2026-11-22T08:00:00+09:00", tick=False),
        pytest.raises(ValidationError) as refusal,
    ):
        actions.reopen(closure=closure, by=coordinator)

    assert refusal.value.code == "past"


def test_reopening_needs_the_right(coordinator) -> None:
    closure = close(coordinator)

    with pytest.raises(PermissionDenied):
        actions.reopen(closure=closure, by=UserFactory(reception=True))

    assert Closure.objects.exists()


def test_closing_and_reopening_stay_in_the_history(coordinator) -> None:
    closure = close(coordinator)
    actions.reopen(closure=closure, by=coordinator)

    events = Closure.pgh_event_model.objects.order_by("pgh_id")

    assert [event.pgh_label for event in events] == ["insert", "delete"]


def test_closures_of_a_period_are_those_that_touch_it(coordinator) -> None:
    closure = close(coordinator)

    assert list(Closure.objects.overlapping(TOMORROW, date(2026, 12, 1))) == [closure]
    assert not Closure.objects.overlapping(date(2026, 11, 22), date(2026, 12, 1)).exists()


def test_upcoming_closures_include_the_one_of_today(coordinator) -> None:
    closure = close(coordinator, last=TODAY)

    assert list(Closure.objects.upcoming()) == [closure]
    with time_machine.travel("2026-11-21T00:00:00+09:00", tick=False):
        assert not Closure.objects.upcoming().exists()
