"""Other times and places for a wish that can't be had: the nearest first, asked of the same rules."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kyodo import clock, dates
from spaces.models import Space
from spaces.queries.availability import SpaceDay, Visitor, offered_spaces, space_days
from spaces.queries.usage import UsageOf, usage_of
from spaces.rules import limits
from spaces.rules.limits import Facts, Wish

DAYS_LOOKED_AHEAD = 14
MOST_OF_A_KIND = 3


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
        return f"{self.space.name} {dates.hours(self.begins_at, self.ends_at)}"

    @property
    def day(self) -> date:
        return clock.local(self.begins_at).date()

    @property
    def value(self) -> str:
        """As a choice of a form: space-a/2026-12-04/13:00/15:00"""
        begins, ends = clock.local(self.begins_at), clock.local(self.ends_at)
        return f"{self.space.slug}/{begins:%Y-%m-%d}/{begins:%H:%M}/{ends:%H:%M}"


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
    used = usage_of(wish.group, day, last, leaving_out=wish.booking)
    return Alternatives(
        other_times=other_times(wish, days[day].values(), used),
        other_spaces=other_spaces(wish, days[day].values(), used),
        next_days=_next_days(wish, days, used),
    )


def other_times(wish: Wish, day: Iterable[SpaceDay], used: UsageOf) -> list[Place]:
    """Times of the same length on the same day in the same space, the nearest first."""
    found = next((one for one in day if one.space.pk == wish.space.pk), None)
    if found is None or wish.minutes <= 0:
        return []
    moved = (_moved(wish, found.space, begins_at) for begins_at in _beginnings(found))
    nearest = sorted(moved, key=lambda one: abs(one.begins_at - wish.begins_at))
    fitting = (one for one in nearest if one.begins_at != wish.begins_at and not refusals(one, found, used))
    return sorted((_place(one) for one in _first(fitting)), key=lambda place: place.begins_at)


def other_spaces(wish: Wish, day: Iterable[SpaceDay], used: UsageOf) -> list[Place]:
    candidates = (
        (_moved(wish, found.space, wish.begins_at), found) for found in day if found.space.pk != wish.space.pk
    )
    return [_place(one) for one in _first(one for one, found in candidates if not refusals(one, found, used))]


def refusals(wish: Wish, found: SpaceDay, used: UsageOf) -> list[ValidationError]:
    """What decides against a wish, as a calendar's day tells it; empty when it can be had."""
    facts = Facts(
        now=clock.now(),
        day=found.day,
        window_opens_at=found.window_opens_at,
        used=used.on(wish.space.policy, found.date),
        seats=sum(wish.space.unit_seats),
        rounds=(found.round,) if found.round else (),
    )
    broken = limits.broken(wish, facts)
    if not broken and not found.is_free(wish.begins_at, wish.ends_at, wish.people):
        return [_taken(wish, found)]
    return limits.deciding(broken)


def _taken(wish: Wish, found: SpaceDay) -> ValidationError:
    if found.is_own(wish.begins_at, wish.ends_at):
        return ValidationError(_("あなたの団体の予約が、もう入っています。"), code="own")
    return ValidationError(_("ほかの予約が入っています。"), code="taken")


def _next_days(wish: Wish, days: Mapping[date, Mapping[int, SpaceDay]], used: UsageOf) -> list[Place]:
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
