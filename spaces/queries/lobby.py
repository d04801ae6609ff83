"""What the screen in the lobby shows: places and times, never who or what for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.contrib.auth.models import AnonymousUser

from kyodo import clock
from kyodo.centre import hours
from kyodo.centre.hours import TodayStatus
from spaces.models import Space
from spaces.queries.availability import SpaceDay, State, offered_spaces, space_days


@dataclass(frozen=True)
class Stretch:
    begins: time
    ends: time
    is_taken: bool


@dataclass(frozen=True)
class Place:
    """One space: how it stands now, until when, and the rest of the day."""

    space: Space
    is_open: bool
    is_free: bool
    until: time | None
    coming: Sequence[Stretch]


@dataclass(frozen=True)
class Lobby:
    now: datetime
    status: TodayStatus
    places: Sequence[Place]


def lobby() -> Lobby:
    now = clock.now()
    today = now.date()
    days = space_days(_shown(offered_spaces()), today, today, AnonymousUser())[today]
    return Lobby(now, hours.today_status(), [_place(day, now) for day in days.values()])


def _shown(spaces: Sequence[Space]) -> list[Space]:
    """A space made of others (スペースA・B) is told by its parts."""
    units = {space.pk: set(space.unit_ids) for space in spaces}
    parts = [own for own in units.values() if len(own) == 1]
    return [
        space
        for space in spaces
        if space.takes == Space.Takes.ANY
        or len(units[space.pk]) == 1
        or not all({unit} in parts for unit in units[space.pk])
    ]


def _place(day: SpaceDay, now: datetime) -> Place:
    stretches = _stretches(day)
    current = next((one for one in stretches if _covers(one, now.time())), None)
    return Place(
        space=day.space,
        is_open=current is not None,
        is_free=current is not None and not current.is_taken,
        until=current.ends if current else None,
        coming=[one for one in stretches if one.is_taken and one.begins > now.time()],
    )


def _stretches(day: SpaceDay) -> list[Stretch]:
    """The open hours in runs of taken and not taken; whether a time is past or can be booked matters to nobody here."""
    runs: list[Stretch] = []
    for slot in day.slots():
        if slot.state is State.CLOSED:
            continue
        step = (slot.begins.hour * 60 + slot.begins.minute) // day.step
        taken = bool(day.taken_mask >> step & 1)
        if runs and runs[-1].is_taken == taken and runs[-1].ends == slot.begins:
            runs[-1] = Stretch(runs[-1].begins, slot.ends, taken)
        else:
            runs.append(Stretch(slot.begins, slot.ends, taken))
    return runs


def _covers(stretch: Stretch, clock_time: time) -> bool:
    return stretch.begins <= clock_time and (clock_time < stretch.ends or stretch.ends == time(0))
