"""What is free when, for everybody: computed live from the very rows that forbid double use.

A day is cut into the policy's steps; each state is a bit mask over these steps, so that a month of four spaces costs a
few hundred integer operations. The calendar informs; only the booking action decides.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cached_property

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Func, IntegerField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kyodo import clock
from kyodo.centre.hours import Calendar, DayHours
from spaces.models import Booking, LotteryRound, Occupancy, Space
from spaces.rules import windows

MINUTES_A_DAY = 24 * 60
EPOCH = date(1970, 1, 1).toordinal()


class State(Enum):
    """How a time stands, with the sign and the words it is shown by: never by colour alone."""

    FREE = "free"
    FEW = "few"
    TAKEN = "taken"
    CLOSED = "closed"
    NOT_YET = "not_yet"
    LOTTERY = "lottery"
    PAST = "past"
    YOURS = "yours"

    @property
    def sign(self) -> str:
        return _SIGNS[self]

    @property
    def label(self) -> Promise:
        return _LABELS[self]

    @property
    def is_bookable(self) -> bool:
        return self in (State.FREE, State.FEW)


_SIGNS = {
    State.FREE: "○",
    State.FEW: "△",
    State.TAKEN: "×",
    State.CLOSED: "－",
    State.NOT_YET: "⏱",
    State.LOTTERY: "抽",
    State.PAST: "－",
    State.YOURS: "●",
}
_LABELS = {
    State.FREE: _("空きあり"),
    State.FEW: _("残りわずか"),
    State.TAKEN: _("予約済"),
    State.CLOSED: _("休館"),
    State.NOT_YET: _("受付前"),
    State.LOTTERY: _("抽選の対象"),
    State.PAST: _("終了"),
    State.YOURS: _("あなたの予約"),
}


@dataclass(frozen=True, slots=True)
class Slot:
    """One step, or a run of steps in the same state."""

    begins: time
    ends: time
    state: State
    reference: str = ""
    """The visitor's own booking, when the state is YOURS."""

    @property
    def minutes(self) -> int:
        return _end_minutes(self.ends) - _minutes(self.begins)


@dataclass(frozen=True)
class SpaceDay:
    """One space on one day."""

    space: Space
    day: DayHours
    window_opens_at: datetime
    step: int
    open_mask: int
    taken_mask: int
    few_mask: int
    past_mask: int
    mine: tuple[tuple[int, str], ...] = ()
    """(mask, reference) of the visitor's groups' bookings of this space."""
    round: LotteryRound | None = None
    is_window_open: bool = True

    @property
    def date(self) -> date:
        return self.day.date

    @cached_property
    def free_mask(self) -> int:
        """Steps that can be booked now."""
        if not self.is_window_open or self.round is not None:
            return 0
        return self.open_mask & ~self.taken_mask & ~self.past_mask

    @cached_property
    def state(self) -> State:
        """The day in one word: what a month shows."""
        if not self.open_mask:
            return State.CLOSED
        if not self.open_mask & ~self.past_mask:
            return State.PAST
        if not self.open_mask & ~self.past_mask & ~self.taken_mask:
            return State.TAKEN
        if self.round is not None:
            return State.LOTTERY
        if not self.is_window_open:
            return State.NOT_YET
        left = self.free_mask.bit_count()
        return State.FEW if left * 4 <= self.open_mask.bit_count() else State.FREE

    def slots(self) -> Iterator[Slot]:
        """Every step of the opening hours, in order."""
        mask = self.open_mask
        index = (mask & -mask).bit_length() - 1 if mask else 0
        while mask >> index:
            yield self._slot(index, index + 1)
            index += 1

    def runs(self) -> Iterator[Slot]:
        """Neighbouring steps in one state put together: 「9:00-11:30 空きあり」"""
        begun: Slot | None = None
        for slot in self.slots():
            if begun and begun.state is slot.state and begun.reference == slot.reference:
                begun = Slot(begun.begins, slot.ends, begun.state, begun.reference)
                continue
            if begun:
                yield begun
            begun = slot
        if begun:
            yield begun

    def free_times(self) -> Iterator[Slot]:
        """Stretches that can be booked from end to end, whether plenty or little is left."""
        mask = self.free_mask
        while mask:
            index = (mask & -mask).bit_length() - 1
            length = (~(mask >> index) & (mask >> index) + 1).bit_length() - 1
            yield Slot(_time(index * self.step), _time((index + length) * self.step), State.FREE)
            mask &= ~(((1 << length) - 1) << index)

    def _slot(self, index: int, end: int) -> Slot:
        state, reference = self._state_at(1 << index)
        return Slot(_time(index * self.step), _time(end * self.step), state, reference)

    def _state_at(self, bit: int) -> tuple[State, str]:
        if not self.open_mask & bit:
            return State.CLOSED, ""
        for mask, reference in self.mine:
            if mask & bit:
                return State.YOURS, reference
        if self.past_mask & bit:
            return State.PAST, ""
        if self.taken_mask & bit:
            return State.TAKEN, ""
        if self.round is not None:
            return State.LOTTERY, ""
        if not self.is_window_open:
            return State.NOT_YET, ""
        return (State.FEW, "") if self.few_mask & bit else (State.FREE, "")


@dataclass
class _Uses:
    """Occupancies of one day by unit, and the visitor's own by space, in minutes of the day."""

    by_unit: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    mine: dict[int, set[tuple[int, int, str]]] = field(default_factory=lambda: defaultdict(set))


Visitor = User | AnonymousUser


def space_days(
    spaces: Sequence[Space], first: date, last: date, visitor: Visitor, known: Calendar | None = None
) -> dict[date, dict[int, SpaceDay]]:
    """For each day, the last included, each space's day by its id. As many queries for a month as for a day.

    A caller that has the centre's calendar passes it; it serves when it reaches far enough.
    """
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    units = {space.pk: space.unit_ids for space in spaces}
    calendar_days = _calendar(spaces, days, known)
    openings = {
        space.policy_id: windows.window_openings(space.policy, days, calendar_days) for space in spaces
    }
    uses = _uses(spaces, {unit for ids in units.values() for unit in ids}, first, last, visitor)
    rounds = _rounds(spaces, units, first, last)
    now = clock.now()
    return {
        day: {
            space.pk: _space_day(
                space,
                units[space.pk],
                calendar_days[day],
                uses.get(day) or _Uses(),
                opens_at=openings[space.policy_id][day],
                round=rounds.get((space.pk, day)),
                now=now,
            )
            for space in spaces
        }
        for day in days
    }


def offered_spaces() -> list[Space]:
    return list(Space.objects.offered().for_booking())


def _calendar(spaces: Iterable[Space], days: Sequence[date], known: Calendar | None) -> Calendar:
    """Opening hours of the days shown and of those on which their windows may open, asked in one go."""
    edges = [windows.days_that_matter(policy, days) for policy in {space.policy for space in spaces}]
    first = min([days[0], *(begins for begins, _ends in edges)])
    last = max([days[-1], *(ends for _begins, ends in edges)])
    return known if known and first in known and last in known else Calendar(first, last)


class _TokyoMinutes(Func):
    """A moment as minutes of the wall clock since 1970: whole numbers cost a tenth of what ranges of moments do."""

    template = "%(rounding)s(EXTRACT(EPOCH FROM %(expressions)s AT TIME ZONE 'Asia/Tokyo') / 60)::int"
    output_field = IntegerField()


BEGINS = _TokyoMinutes(F("period__startswith"), rounding="floor")
ENDS = _TokyoMinutes(F("period__endswith"), rounding="ceil")


def _uses(
    spaces: Sequence[Space], unit_ids: set[int], first: date, last: date, visitor: Visitor
) -> dict[date, _Uses]:
    uses: dict[date, _Uses] = defaultdict(_Uses)
    occupancies = Occupancy.objects.filter(unit_id__in=unit_ids).overlapping(
        clock.day_begins(first), clock.day_ends(last)
    )
    for unit_id, begins_at, ends_at in occupancies.values_list("unit_id", BEGINS, ENDS):
        for day, begins, ends in _by_day(begins_at, ends_at):
            uses[day].by_unit[unit_id].append((begins, ends))
    if visitor.is_authenticated:
        own = (
            Booking.objects.live()
            .between(first, last)
            .filter(space__in=spaces, group__memberships__user_id=visitor.pk)
            .values_list("space_id", "reference", "begins_at", "ends_at")
        )
        for space_id, reference, begins_at, ends_at in own:
            begun, ended = clock.local(begins_at), clock.local(ends_at)
            uses[begun.date()].mine[space_id].add(
                (_minutes(begun.time()), _end_minutes(ended.time()), reference)
            )
    return uses


def _by_day(begins: int, ends: int) -> Iterator[tuple[date, int, int]]:
    """The part of a stretch on each day it touches, in minutes from midnight; a hold may last for weeks."""
    while begins < ends:
        day, begun = divmod(begins, MINUTES_A_DAY)
        midnight = day * MINUTES_A_DAY
        yield date.fromordinal(EPOCH + day), begun, min(ends - midnight, MINUTES_A_DAY)
        begins = midnight + MINUTES_A_DAY


def _rounds(
    spaces: Sequence[Space], units: Mapping[int, Sequence[int]], first: date, last: date
) -> dict[tuple[int, date], LotteryRound]:
    """The draw that a space's day is part of: one not over, of a space that shares a unit."""
    found = {}
    rounds = LotteryRound.objects.filter(closed_at__isnull=True, first_date__lte=last, last_date__gte=first)
    for draw in rounds.prefetch_related("space__units"):
        drawn_units = {unit.pk for unit in draw.space.units.all()}
        for space in spaces:
            if drawn_units.isdisjoint(units[space.pk]):
                continue
            day = max(first, draw.first_date)
            while day <= min(last, draw.last_date):
                found[space.pk, day] = draw
                day += timedelta(days=1)
    return found


def _space_day(
    space: Space,
    units: Sequence[int],
    day: DayHours,
    uses: _Uses,
    *,
    opens_at: datetime,
    round: LotteryRound | None,
    now: datetime,
) -> SpaceDay:
    step = space.policy.step_minutes
    before, after = space.policy.buffer_before_minutes, space.policy.buffer_after_minutes
    masks = [
        # A new booking brings its own buffers, so what is there reaches that much further.
        _mask(((begins - after, ends + before) for begins, ends in uses.by_unit.get(unit, ())), step)
        for unit in units
    ]
    taken, few = _taken_and_few(masks, takes_any=space.takes == Space.Takes.ANY)
    return SpaceDay(
        space=space,
        day=day,
        window_opens_at=opens_at,
        step=step,
        open_mask=_open_mask(day, step),
        taken_mask=taken,
        few_mask=few,
        past_mask=_past_mask(day.date, now, step),
        mine=tuple(
            (_mask([(begins, ends)], step), reference)
            for begins, ends, reference in sorted(uses.mine.get(space.pk, ()))
        ),
        round=round,
        is_window_open=now >= opens_at,
    )


def _mask(stretches: Iterable[tuple[int, int]], step: int) -> int:
    """One bit for each step that any stretch of minutes touches."""
    mask = 0
    for begins, ends in stretches:
        first, last = max(begins, 0) // step, -(-min(ends, MINUTES_A_DAY) // step)
        if last > first:
            mask |= ((1 << (last - first)) - 1) << first
    return mask


def _taken_and_few(masks: Sequence[int], *, takes_any: bool) -> tuple[int, int]:
    """Steps that can't be had, and steps with a single unit left of several."""
    if not takes_any:
        taken = 0
        for mask in masks:
            taken |= mask
        return taken, 0
    # at_least[n]: steps in which n units or more are taken.
    at_least = [-1] + [0] * len(masks)
    for mask in masks:
        for count in range(len(masks), 0, -1):
            at_least[count] |= at_least[count - 1] & mask
    taken = at_least[-1]
    few = at_least[-2] & ~taken if len(masks) > 1 else 0
    return taken, few


def _open_mask(day: DayHours, step: int) -> int:
    if day.hours is None:
        return 0
    opens, closes = -(-_minutes(day.hours.opens) // step), _end_minutes(day.hours.closes) // step
    mask = ((1 << max(closes - opens, 0)) - 1) << opens
    closed = ((_minutes(part.begins), _end_minutes(part.ends)) for part in day.closures)
    return mask & ~_mask(closed, step)


def _past_mask(day: date, now: datetime, step: int) -> int:
    """Steps that have begun."""
    if day < now.date():
        return -1
    if day > now.date():
        return 0
    return (1 << ((now.hour * 60 + now.minute) // step + 1)) - 1


def _minutes(clock_time: time) -> int:
    return clock_time.hour * 60 + clock_time.minute


def _end_minutes(clock_time: time) -> int:
    """0:00 as an end means the end of the day."""
    return _minutes(clock_time) or MINUTES_A_DAY


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)
