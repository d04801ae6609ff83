"""What the limits need to know: asked here, judged in rules."""

from datetime import date, datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import QuerySet

from accounts.models import User
from kyodo import clock
from kyodo.centre import hours
from kyodo.statements import Statement
from spaces.models import Booking, BookingPolicy, LotteryRound, Occupancy, Space
from spaces.rules import seating, windows
from spaces.rules.limits import Facts, Wish
from spaces.rules.seating import Seats


def facts_for(wish: Wish) -> Facts:
    """All but what the group has used, which only counts under its lock."""
    day, policy = clock.local(wish.begins_at).date(), wish.space.policy
    first, last = windows.days_that_matter(policy, [day])
    days = hours.Calendar(min(first, day), max(last, day))
    return Facts(
        now=clock.now(),
        day=days[day],
        window_opens_at=windows.window_openings(policy, [day], days)[day],
        seats=sum(wish.space.unit_seats),
        rounds=blocking_rounds(wish.space, day, day),
    )


def same_booking(wish: Wish, by: User) -> Booking | None:
    """What this person has booked already with the very same words: a form sent twice."""
    return _same_booking.first(wish.space.pk, wish.group.pk, wish.begins_at, wish.ends_at, by.pk)


@Statement
def _same_booking(
    space: int, group: int, begins_at: datetime, ends_at: datetime, by: int
) -> QuerySet[Booking]:
    same = Booking.objects.live().filter(
        space=space, group=group, begins_at=begins_at, ends_at=ends_at, booked_by=by
    )
    return same.order_by("pk")[:1]


def own_in_the_way(wish: Wish) -> Booking | None:
    """The group's own booking of a unit of the space at that time: what stands in its way is nobody else's."""
    period = occupied_period(wish.space.policy, wish.begins_at, wish.ends_at)
    used = Occupancy.objects.filter(unit_id__in=wish.space.unit_ids).overlapping(*period)
    own = Booking.objects.filter(group=wish.group, occupancies__in=used)
    if wish.booking is not None:
        own = own.exclude(pk=wish.booking.pk)
    return own.order_by("begins_at", "pk").first()


def blocking_rounds(space: Space, first: date, last: date) -> tuple[LotteryRound, ...]:
    """Draws that are not over, for these days, of any space that shares a unit with this one."""
    return tuple(_blocking_rounds.rows(first, last, list(space.unit_ids)))


@Statement
def _blocking_rounds(first: date, last: date, units: list[int]) -> QuerySet[LotteryRound]:
    rounds = LotteryRound.objects.filter(
        closed_at__isnull=True, first_date__lte=last, last_date__gte=first, space__units__one_of=units
    )
    return rounds.distinct().order_by("first_date", "pk")


def occupied_period(
    policy: BookingPolicy, begins_at: datetime, ends_at: datetime
) -> tuple[datetime, datetime]:
    """The time a booking keeps its units, the buffers for setting up and clearing away included."""
    return (
        begins_at - timedelta(minutes=policy.buffer_before_minutes),
        ends_at + timedelta(minutes=policy.buffer_after_minutes),
    )


def free_units(space: Space, begins_at: datetime, ends_at: datetime, people: int) -> list[int]:
    """The units this space would take for so many people at that time; empty when it can't be had."""
    return seating.units_taken(space, people, free_seats(space, begins_at, ends_at))


def free_seats(space: Space, begins_at: datetime, ends_at: datetime) -> list[Seats]:
    """The units of a space that nobody uses at that time."""
    period, units = occupied_period(space.policy, begins_at, ends_at), seating.seats_of(space)
    occupied = set(_occupied.rows(list(space.unit_ids), DateTimeTZRange(*period)))
    return [unit for unit in units if unit.unit not in occupied]


@Statement
def _occupied(units: list[int], period: DateTimeTZRange) -> QuerySet[Occupancy, int]:
    used = Occupancy.objects.filter(unit_id__one_of=units).during(period)
    return used.values_list("unit_id", flat=True)
