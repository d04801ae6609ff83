"""What the limits need to know: asked here, judged in rules."""

from datetime import date, datetime, timedelta

from django.db.models import F, Sum
from django.db.models.functions import Extract

from accounts.models import Group, User
from kyodo import clock
from kyodo.centre import hours
from spaces.models import Booking, BookingPolicy, LotteryRound, Occupancy, Space
from spaces.rules import windows
from spaces.rules.limits import Facts, Wish


def facts_for(wish: Wish) -> Facts:
    """All but the group's minutes, which only count under its lock."""
    day, policy = clock.local(wish.begins_at).date(), wish.space.policy
    first, last = windows.days_that_matter(policy, [day])
    days = hours.Calendar(min(first, day), max(last, day))
    return Facts(
        now=clock.now(),
        day=days[day],
        window_opens_at=windows.window_openings(policy, [day], days)[day],
        rounds=blocking_rounds(wish.space, day, day),
    )


def used_minutes(
    group: Group, policy: BookingPolicy, day: date, *, leaving_out: Booking | None = None
) -> int:
    """Minutes of a group's live bookings that begin on a day, over all the spaces under one policy."""
    bookings = Booking.objects.live().on(day).filter(group=group, space__policy=policy)
    if leaving_out is not None:
        bookings = bookings.exclude(pk=leaving_out.pk)
    seconds = bookings.aggregate(seconds=Sum(Extract(F("ends_at") - F("begins_at"), "epoch")))["seconds"]
    return int(seconds or 0) // 60


def same_booking(wish: Wish, by: User) -> Booking | None:
    """What this person has booked already with the very same words: a form sent twice."""
    return (
        Booking.objects.live()
        .filter(
            space=wish.space,
            group=wish.group,
            begins_at=wish.begins_at,
            ends_at=wish.ends_at,
            booked_by=by,
        )
        .order_by("pk")
        .first()
    )


def blocking_rounds(space: Space, first: date, last: date) -> tuple[LotteryRound, ...]:
    """Draws that are not over, for these days, of any space that shares a unit with this one."""
    return tuple(
        LotteryRound.objects.filter(
            closed_at__isnull=True,
            first_date__lte=last,
            last_date__gte=first,
            space__units__in=space.unit_ids,
        )
        .distinct()
        .order_by("first_date", "pk")
    )


def occupied_period(
    policy: BookingPolicy, begins_at: datetime, ends_at: datetime
) -> tuple[datetime, datetime]:
    """The time a booking keeps its units, the buffers for setting up and clearing away included."""
    return (
        begins_at - timedelta(minutes=policy.buffer_before_minutes),
        ends_at + timedelta(minutes=policy.buffer_after_minutes),
    )


def free_units(space: Space, begins_at: datetime, ends_at: datetime) -> list[int]:
    """The units this space would take for that time; empty when it can't be had."""
    period, units = occupied_period(space.policy, begins_at, ends_at), space.unit_ids
    occupied = set(
        Occupancy.objects.filter(unit_id__in=units).overlapping(*period).values_list("unit_id", flat=True)
    )
    free = [unit for unit in units if unit not in occupied]
    if space.takes == Space.Takes.ANY:
        return free[:1]
    return free if len(free) == len(units) else []
