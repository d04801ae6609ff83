"""Other times and places for a wish that can't be had: the nearest first, asked of the same rules."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import F, Sum
from django.db.models.functions import Extract, TruncDate
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from accounts.models import Group
from kyodo import clock, dates
from spaces.models import Booking, Space
from spaces.queries.availability import SpaceDay, Visitor, offered_spaces, space_days
from spaces.rules import limits
from spaces.rules.limits import Facts, Wish

DAYS_LOOKED_AHEAD = 14
MOST_OF_A_KIND = 3

UsedMinutes = Mapping[tuple[int, date], int]
"""Minutes of a group by policy and day."""


@dataclass(frozen=True)
class Place:
    """A space at a time."""

    space: Space
    begins_at: datetime
    ends_at: datetime

    def __str__(self) -> str:
        return f"{self.space.name} {dates.period(self.begins_at, self.ends_at)}"

    @property
    def short(self) -> str:
        """Where the day is told beside it: 「スペースB 15:00-17:00」"""
        begins, ends = clock.local(self.begins_at), clock.local(self.ends_at)
        hours = f"{time_format(begins.time(), 'TIME_FORMAT')}-{time_format(ends.time(), 'TIME_FORMAT')}"
        return f"{self.space.name} {hours}"

    @property
    def day(self) -> date:
        return clock.local(self.begins_at).date()

    @property
    def value(self) -> str:
        """As a choice of a form: space-a/2026-12-04/13:00/15:00"""
        begins, ends = clock.local(self.begins_at), clock.local(self.ends_at)
        return f"{self.space.slug}/{begins:%Y-%m-%d}/{begins:%H:%M}/{ends:%H:%M}"

    def book_url(self, *, group: Group | None = None, people: int | None = None, purpose: str = "") -> str:
        """The form, filled in."""
        return self.url("space_book", group=group, people=people, purpose=purpose)

    def change_url(self, booking: Booking) -> str:
        """The form that changes a booking, with this place in it."""
        query = urlencode({"space": self.space.slug} | self._times)
        return f"{reverse('booking_change', args=[booking.reference])}?{query}"

    def url(self, name: str, *, group: Group | None, people: int | None, purpose: str) -> str:
        values = self._times
        if group:
            values["group"] = str(group.pk)
        if people:
            values["people"] = str(people)
        if purpose:
            values["purpose"] = purpose
        return f"{reverse(name, args=[self.space.slug])}?{urlencode(values)}"

    @property
    def _times(self) -> dict[str, str]:
        begins, ends = clock.local(self.begins_at), clock.local(self.ends_at)
        return {"date": f"{begins:%Y-%m-%d}", "begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}


@dataclass(frozen=True)
class Alternatives:
    other_times: list[Place]
    other_spaces: list[Place]
    next_days: list[Place]


def alternatives(wish: Wish, visitor: Visitor) -> Alternatives:
    """Other times of the day, other spaces at the time, the same time on the next days."""
    day = clock.local(wish.begins_at).date()
    last = day + timedelta(days=DAYS_LOOKED_AHEAD)
    days = space_days(offered_spaces(), day, last, visitor)
    used = used_minutes(wish.group, day, last, leaving_out=wish.booking)
    return Alternatives(
        other_times=other_times(wish, days[day].values(), used),
        other_spaces=other_spaces(wish, days[day].values(), used),
        next_days=_next_days(wish, days, used),
    )


def other_times(wish: Wish, day: Iterable[SpaceDay], used: UsedMinutes) -> list[Place]:
    """Times of the same length on the same day in the same space, the nearest first."""
    found = next((one for one in day if one.space.pk == wish.space.pk), None)
    if found is None or wish.minutes <= 0:
        return []
    moved = (_moved(wish, found.space, begins_at) for begins_at in _beginnings(found))
    nearest = sorted(moved, key=lambda one: abs(one.begins_at - wish.begins_at))
    fitting = (one for one in nearest if one.begins_at != wish.begins_at and not refusals(one, found, used))
    return sorted((_place(one) for one in _first(fitting)), key=lambda place: place.begins_at)


def other_spaces(wish: Wish, day: Iterable[SpaceDay], used: UsedMinutes) -> list[Place]:
    candidates = (
        (_moved(wish, found.space, wish.begins_at), found) for found in day if found.space.pk != wish.space.pk
    )
    return [_place(one) for one in _first(one for one, found in candidates if not refusals(one, found, used))]


def refusals(wish: Wish, found: SpaceDay, used: UsedMinutes) -> list[ValidationError]:
    """Every reason against a wish, as a calendar's day tells it; empty when it can be had."""
    facts = Facts(
        now=clock.now(),
        day=found.day,
        window_opens_at=found.window_opens_at,
        used_minutes=used.get((wish.space.policy_id, found.date), 0),
        rounds=(found.round,) if found.round else (),
    )
    broken = limits.broken(wish, facts)
    if not broken and not _is_free(found, wish.begins_at, wish.ends_at):
        return [ValidationError(_("ほかの予約が入っています。"), code="taken")]
    return broken


def used_minutes(
    group: Group, first: date, last: date, *, leaving_out: Booking | None = None
) -> dict[tuple[int, date], int]:
    """A group's minutes on each of these days under each policy, in one query."""
    bookings = Booking.objects.live().between(first, last).filter(group=group)
    if leaving_out is not None:
        bookings = bookings.exclude(pk=leaving_out.pk)
    rows = (
        bookings.annotate(on_day=TruncDate("begins_at", tzinfo=clock.TOKYO))
        .order_by()
        .values_list("space__policy_id", "on_day")
        .annotate(seconds=Sum(Extract(F("ends_at") - F("begins_at"), "epoch")))
    )
    used: dict[tuple[int, date], int] = defaultdict(int)
    for policy_id, day, seconds in rows:
        used[policy_id, day] += int(seconds) // 60
    return used


def _next_days(wish: Wish, days: Mapping[date, Mapping[int, SpaceDay]], used: UsedMinutes) -> list[Place]:
    wanted = clock.local(wish.begins_at)
    moved = (
        (_moved(wish, day[wish.space.pk].space, clock.at(key, wanted.time())), day[wish.space.pk])
        for key, day in days.items()
        if key != wanted.date() and wish.space.pk in day
    )
    return [_place(one) for one in _first(one for one, found in moved if not refusals(one, found, used))]


def _beginnings(found: SpaceDay) -> Iterator[datetime]:
    return (clock.at(found.date, slot.begins) for slot in found.slots() if slot.state.is_bookable)


def _moved(wish: Wish, space: Space, begins_at: datetime) -> Wish:
    return replace(
        wish, space=space, begins_at=begins_at, ends_at=begins_at + (wish.ends_at - wish.begins_at)
    )


def _place(wish: Wish) -> Place:
    return Place(wish.space, wish.begins_at, wish.ends_at)


def _first(wishes: Iterable[Wish]) -> list[Wish]:
    return [wish for wish, _number in zip(wishes, range(MOST_OF_A_KIND), strict=False)]


def _is_free(found: SpaceDay, begins_at: datetime, ends_at: datetime) -> bool:
    """Whether every step of that time is free in the calendar."""
    begins, ends = clock.local(begins_at), clock.local(ends_at)
    first = (begins.hour * 60 + begins.minute) // found.step
    last = -(-(ends.hour * 60 + ends.minute) // found.step)
    wanted = ((1 << max(last - first, 0)) - 1) << first
    return found.free_mask & wanted == wanted
