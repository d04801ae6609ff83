"""Series and closures against bookings: what takes many places at once takes all of them or none, and is never too late."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from kyodo import clock
from kyodo.centre.models import Closure
from spaces.actions import closures, series
from spaces.actions.closures import Closing, Stretch
from spaces.models import Booking, BookingSeries, Space
from spaces.queries.alternatives import Place
from tests.racing import Racers
from tests.spaces.core.crowd import CLIENTS, HOURS, ROUNDS, Crowd, assert_clean, double_uses, slots

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

APART = timedelta(days=28)
"""The second day of each series lies beyond the first days of all."""


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


# Each writes to eleven groups, so fewer of them than of other races.
CLOSURES = 50


def series_of(crowd: Crowd, lane: int, space: Space, begins: list[datetime]) -> Callable[[], BookingSeries]:
    return lambda: series.book_series(
        space=space,
        group=crowd.groups[lane],
        pattern=BookingSeries.Pattern.WEEKLY,
        places=[Place(space, moment, moment + timedelta(hours=1)) for moment in begins],
        people=5,
        purpose="会議",
        use=Booking.Use.MEETING,
        by=crowd.people[lane],
    )


def test_series_over_one_slot_have_all_their_days_or_none(crowd: Crowd) -> None:
    """Eight series and four single bookings want one slot; some of the series meet on one of their two days only."""
    chosen = [crowd.space(slug) for slug in ("space-a", "space-b", "space-ab")]

    def asker(lane: int, number: int, slot: datetime) -> Callable[[], object]:
        space = chosen[(lane + number) % 3]
        if lane % 3 == 0:
            return crowd.booker(lane, space, slot)
        other = slot + APART if lane % 2 else slot + APART + timedelta(days=28)
        return series_of(crowd, lane, space, [slot, other])

    outcomes = Racers(CLIENTS).run_rounds(
        [[asker(lane, number, slot) for lane in range(CLIENTS)] for number, slot in enumerate(slots(ROUNDS))]
    )

    assert_clean(outcomes, {"taken"})
    assert {outcome.won for outcome in outcomes} <= {1, 2}
    made = list(BookingSeries.objects.prefetch_related("bookings"))
    assert made
    assert {sum(booking.is_live for booking in one.bookings.all()) for one in made} == {2}
    assert Booking.objects.count() == sum(outcome.won for outcome in outcomes) + len(made)


def test_after_a_closure_no_live_booking_lies_inside_it(crowd: Crowd) -> None:
    """Eleven book while staff close the day: each booking is either cancelled by the closure or refused by it."""
    chosen = [crowd.space(slug) for slug in ("space-a", "space-b", "space-ab")]
    days = sorted({slot.date() for slot in slots(CLOSURES * len(HOURS))})[:CLOSURES]

    def closer(number: int) -> Callable[[], Closing]:
        stretch = Stretch(days[number], days[number])

        def close() -> Closing:
            # As the page does: what staff see is what they agree to cancel. A newcomer means looking again.
            while True:
                try:
                    seen = {hit.booking.pk for hit in closures.hits(stretch)}
                    return closures.close_centre(
                        stretch=stretch,
                        kind=Closure.Kind.DISASTER,
                        reason="大雨警報",
                        cancelling=seen,
                        by=crowd.coordinator,
                    )
                except ValidationError as refusal:
                    if refusal.code not in ("hits", "busy"):
                        raise

        return close

    def asker(lane: int, number: int) -> Callable[[], object]:
        if lane == number % CLIENTS:
            return closer(number)
        begins_at = clock.at(days[number], time(HOURS[lane % 2]))
        return crowd.booker(lane, chosen[(lane + number) % 3], begins_at)

    outcomes = Racers(CLIENTS).run_rounds(
        [[asker(lane, number) for lane in range(CLIENTS)] for number in range(len(days))]
    )

    assert [error for outcome in outcomes for error in outcome.broke] == []
    # Whoever closes holds every place while it writes to the groups; on a slow machine others are asked to try again.
    assert {code for outcome in outcomes for code in outcome.refused} <= {"taken", "closed", "busy"}
    assert Closure.objects.count() == len(days)
    assert not Booking.objects.live().exists()
    # Some were there before the closure, some came too late: the race was one.
    cancelled = Booking.objects.filter(
        status=Booking.Status.CANCELLED, cancelled_by=crowd.coordinator
    ).count()
    assert 0 < cancelled < len(days) * (CLIENTS - 1)
    assert cancelled == sum(outcome.won - 1 for outcome in outcomes)
    assert double_uses() == 0
