"""The working-day clock against an oracle of its own: days and closing times worked out by hand, counted one by one."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consultations.rules import deadlines
from kyodo import clock
from kyodo.centre.hours import Calendar
from kyodo.centre.models import Closure
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, new_year, usual_week

pytestmark = pytest.mark.django_db

FIRST = date(2026, 12, 14)
DAYS = 40
HOLIDAYS = {
    date(2027, 1, 1),
    date(2027, 1, 11),
    date(2027, 2, 11),
    date(2027, 2, 23),
    date(2027, 3, 21),
    date(2027, 3, 22),
    date(2027, 4, 29),
    date(2027, 5, 3),
    date(2027, 5, 4),
    date(2027, 5, 5),
}
"""Of all days that are counted here; the 21st of March is a Sunday, and the next day stands in for it."""
Shut = tuple[int, str]
"""A day, counted from FIRST, and what is closed on it: all of it, its morning, or its afternoon."""

closures = st.lists(
    st.tuples(st.integers(0, DAYS), st.sampled_from(["all", "morning", "afternoon"])),
    max_size=6,
    unique_by=lambda shut: shut[0],
)
moments = st.builds(
    lambda day, minutes: clock.at(FIRST + timedelta(days=day), time(minutes // 60, minutes % 60)),
    st.integers(0, DAYS),
    st.integers(0, 24 * 60 - 1),
)
around = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()
    new_year()


@contextmanager
def closed(shut: list[Shut]) -> Iterator[None]:
    hours = {"all": (None, None), "morning": (time(0), time(13)), "afternoon": (time(13), time(23, 59))}
    with transaction.atomic():
        by = UserFactory()
        for day, part in shut:
            begins, ends = hours[part]
            on = FIRST + timedelta(days=day)
            Closure.objects.create(
                first_day=on,
                last_day=on,
                begins=begins,
                ends=ends,
                kind=Closure.Kind.values[0],
                created_by=by,
            )
        yield
        transaction.set_rollback(True)


def closing_of(day: date, shut: list[Shut]) -> datetime | None:
    """When the centre closes on a day; None when it does not open. Worked out from its leaflet."""
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return None
    closes = 17 if day.weekday() >= 5 or day in HOLIDAYS else 20
    parts = {part for number, part in shut if FIRST + timedelta(days=number) == day}
    if "all" in parts:
        return None
    return clock.at(day, time(13 if "afternoon" in parts else closes))


def closings(shut: list[Shut]) -> list[datetime]:
    days = (FIRST + timedelta(days=number) for number in range(-1, 150))
    return [moment for day in days if (moment := closing_of(day, shut))]


# ── When it is due ───────────────────────────────────────────────────────────────────────────────────────────────


@around
@given(closures, moments, st.integers(0, 10))
@example([], clock.at(date(2026, 12, 28), time(19, 59)), 2)
@example([], clock.at(date(2026, 12, 28), time(20)), 2)
@example([(14, "all")], clock.at(date(2026, 12, 27), time(17)), 0)
@example([(2, "afternoon")], clock.at(FIRST + timedelta(days=2), time(13)), 1)
def test_it_is_due_at_the_close_of_the_last_working_day(
    shut: list[Shut], moment: datetime, days: int
) -> None:
    """A day counts as long as the centre has not closed for good on it; what comes later came on the next one."""
    with closed(shut):
        assert deadlines.due_after(moment, days) == [one for one in closings(shut) if one > moment][days]


@around
@given(closures, moments, moments, st.integers(0, 7))
def test_what_comes_later_is_never_due_earlier(
    shut: list[Shut], one: datetime, other: datetime, days: int
) -> None:
    first, second = sorted((one, other))
    with closed(shut):
        due = deadlines.due_after(first, days)
        assert first < due <= deadlines.due_after(second, days)
        assert due < deadlines.due_after(first, days + 1)


# ── Stopped and let go on ────────────────────────────────────────────────────────────────────────────────────────


@around
@given(closures, moments, st.integers(0, 7), st.timedeltas(timedelta(0), timedelta(days=14)))
@example([], clock.at(date(2026, 12, 16), time(10)), 2, timedelta(hours=11))
@example([], clock.at(date(2026, 12, 28), time(10)), 2, timedelta(days=3))
def test_stopping_and_going_on_at_once_changes_nothing(
    shut: list[Shut], came: datetime, days: int, later: timedelta
) -> None:
    """Not in the evening after closing, not on a closed day, not over the New Year."""
    with closed(shut):
        due = deadlines.due_after(came, days)
        moment = came + later

        again = deadlines.due_after(moment, deadlines.days_until(due, moment))

        assert again == max(due, deadlines.due_after(moment, 0))


@around
@given(closures, moments, st.integers(0, 7), st.timedeltas(timedelta(0), timedelta(days=20)))
def test_waiting_takes_no_working_day_and_gives_none(
    shut: list[Shut], stopped: datetime, days: int, waited: timedelta
) -> None:
    with closed(shut):
        left = deadlines.days_until(deadlines.due_after(stopped, days), stopped)
        going_on = stopped + waited

        assert left == days
        assert deadlines.days_until(deadlines.due_after(going_on, left), going_on) == left


def test_an_overdue_one_that_goes_on_is_due_the_same_day() -> None:
    due = clock.at(date(2026, 12, 16), time(20))
    stopped, going_on = due + timedelta(days=2), clock.at(date(2026, 12, 22), time(10))

    left = deadlines.days_until(due, stopped)

    assert left == 0
    assert deadlines.due_after(going_on, left) == clock.at(date(2026, 12, 22), time(20))


# ── A day closed afterwards ──────────────────────────────────────────────────────────────────────────────────────


@around
@given(moments, st.integers(1, 7), closures)
def test_a_deadline_leaves_a_day_that_was_closed_after_it_was_set(
    came: datetime, days: int, shut: list[Shut]
) -> None:
    due = deadlines.due_after(came, days)
    with closed(shut):
        calendar = Calendar(FIRST, FIRST + timedelta(days=150))
        moved = deadlines.on_working_day(due, calendar)
        day = clock.local(due).date()

        if closing_of(day, shut):
            assert moved == due
        else:
            assert moved == next(one for one in closings(shut) if one > due)


def test_stopping_while_the_last_day_is_closed_loses_no_day() -> None:
    """Due on Friday; on Wednesday the Friday is closed for a storm, and the clock is stopped and goes on."""
    wednesday, friday = clock.at(date(2026, 12, 16), time(10)), clock.at(date(2026, 12, 18), time(20))
    with closed([(4, "all")]):
        left = deadlines.days_until(friday, wednesday)

        assert deadlines.due_after(wednesday, left) == clock.at(date(2026, 12, 19), time(17))


# ── How long it took ─────────────────────────────────────────────────────────────────────────────────────────────


@around
@given(closures, moments, st.timedeltas(timedelta(0), timedelta(days=30)))
@example(
    [], clock.at(date(2027, 1, 12), time(22, 46)), timedelta(days=29, hours=18, minutes=14, microseconds=1)
)
def test_days_of_an_answer_are_counted_like_its_deadline(
    shut: list[Shut], came: datetime, took: timedelta
) -> None:
    """Answered by the deadline of so many days, it took no more than so many."""
    answered = came + took
    with closed(shut):
        counted = deadlines.days_between(came, answered)
        in_time = next(days for days in range(60) if answered <= deadlines.due_after(came, days))

        assert counted <= in_time
        if counted < in_time:
            # Answered in the evening after closing, or on a closed day: still of the day before it.
            last = [one for one in closings(shut) if one < answered][-1]
            assert last >= deadlines.due_after(came, counted)


def test_an_answer_within_a_long_closure_took_no_day() -> None:
    with closed([(number, "all") for number in range(20)]):
        came = clock.at(FIRST + timedelta(days=1), time(10))

        assert deadlines.days_between(came, came + timedelta(days=3)) == 0
        assert deadlines.due_after(came, 0) == clock.at(date(2027, 1, 4), time(20))


def test_a_renovation_longer_than_we_count_still_ends() -> None:
    by = UserFactory()
    Closure.objects.create(
        first_day=FIRST, last_day=FIRST + timedelta(days=200), kind=Closure.Kind.values[0], created_by=by
    )

    due = deadlines.due_after(clock.at(FIRST, time(10)), 2)

    assert due == clock.day_ends(FIRST + deadlines.REACH)
