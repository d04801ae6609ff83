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
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import F, Func, IntegerField, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kyodo import clock
from kyodo.centre.hours import Calendar, DayHours
from kyodo.statements import Statement
from spaces.models import Booking, LotteryRound, Occupancy, Space
from spaces.rules import seating, windows
from spaces.rules.seating import Seats

MINUTES_A_DAY = 24 * 60
SHORTEST_STEP = 10
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
    """(mask, reference) of the visitor's groups' bookings of its units."""
    round: LotteryRound | None = None
    is_window_open: bool = True
    unit_masks: tuple[tuple[Seats, int], ...] = ()
    """When each of its units is in use: what is free step by step need not be free at one table throughout."""

    @property
    def date(self) -> date:
        return self.day.date

    @cached_property
    def free_mask(self) -> int:
        """Steps that can be booked now."""
        if not self.is_window_open or self.round is not None:
            return 0
        return self.open_mask & ~self.taken_mask & ~self.past_mask

    def is_free(self, begins_at: datetime, ends_at: datetime, people: int) -> bool:
        """Whether so many can have it for that time, at the same units from beginning to end."""
        wanted = self._steps(begins_at, ends_at)
        bookable = self.open_mask & ~self.past_mask
        if not self.is_window_open or self.round is not None or bookable & wanted != wanted:
            return False
        free = [unit for unit, mask in self.unit_masks if not mask & wanted]
        return bool(seating.units_taken(self.space, people, free))

    def is_own(self, begins_at: datetime, ends_at: datetime) -> bool:
        """Whether a booking of the visitor's own groups lies in that time."""
        wanted = self._steps(begins_at, ends_at)
        return any(mask & wanted for mask, _reference in self.mine)

    def _steps(self, begins_at: datetime, ends_at: datetime) -> int:
        begins, ends = clock.local(begins_at), clock.local(ends_at)
        first = (begins.hour * 60 + begins.minute) // self.step
        last = -(-(ends.hour * 60 + ends.minute) // self.step)
        return ((1 << max(last - first, 0)) - 1) << first

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
    """Occupancies of one day by unit, and the visitor's own by unit, in minutes of the day."""

    by_unit: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    mine: dict[int, set[tuple[int, int, str]]] = field(default_factory=lambda: defaultdict(set))


Visitor = User | AnonymousUser


def space_days(
    spaces: Sequence[Space],
    first: date,
    last: date,
    visitor: Visitor,
    known: Calendar | None = None,
    *,
    people: int = 1,
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
    uses = _uses({unit for ids in units.values() for unit in ids}, first, last, visitor)
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
                people=people,
            )
            for space in spaces
        }
        for day in days
    }


def offered_spaces() -> list[Space]:
    return _offered.rows()


def space_called(slug: str) -> Space | None:
    """With what a calendar or a booking asks of it; also one that is not offered (any more)."""
    return _called.first(slug)


@Statement
def _called(slug: str) -> QuerySet[Space]:
    return Space.objects.filter(slug=slug).for_booking()


@Statement
def _offered() -> QuerySet[Space]:
    return Space.objects.offered().for_booking()


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


@Statement
def _occupancies(units: list[int], period: DateTimeTZRange) -> QuerySet[Occupancy, tuple[int, int, int]]:
    occupancies = Occupancy.objects.filter(unit_id__one_of=units).during(period)
    return occupancies.values_list("unit_id", BEGINS, ENDS)


@Statement
def _own_bookings(
    units: list[int], user: int, begins: datetime, ends: datetime
) -> QuerySet[Booking, tuple[int, str, datetime, datetime]]:
    """By unit: who has booked スペースA・B has スペースA too."""
    bookings = Booking.objects.live().begun_between(begins, ends)
    own = bookings.filter(occupancies__unit_id__one_of=units, group__memberships__user_id=user)
    return own.values_list("occupancies__unit_id", "reference", "begins_at", "ends_at")


@Statement
def _rounds_on(first: date, last: date) -> QuerySet[LotteryRound]:
    rounds = LotteryRound.objects.filter(closed_at__isnull=True, first_date__lte=last, last_date__gte=first)
    return rounds.prefetch_related("space__units")


def _uses(unit_ids: set[int], first: date, last: date, visitor: Visitor) -> dict[date, _Uses]:
    uses: dict[date, _Uses] = defaultdict(_Uses)
    begins, ends = clock.day_begins(first), clock.day_ends(last)
    units = list(unit_ids)
    for unit_id, begins_at, ends_at in _occupancies.rows(units, DateTimeTZRange(begins, ends)):
        for day, begun_at, ended_at in _by_day(begins_at, ends_at):
            uses[day].by_unit[unit_id].append((begun_at, ended_at))
    if visitor.is_authenticated:
        for unit_id, reference, first_moment, last_moment in _own_bookings.rows(
            units, visitor.pk, begins, ends
        ):
            begun, ended = clock.local(first_moment), clock.local(last_moment)
            uses[begun.date()].mine[unit_id].add(
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
    for draw in _rounds_on.rows(first, last):
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
    people: int,
) -> SpaceDay:
    step = space.policy.step_minutes
    before, after = space.policy.buffer_before_minutes, space.policy.buffer_after_minutes
    masks = [
        # A new booking brings its own buffers, so what is there reaches that much further.
        _mask(((begins - after, ends + before) for begins, ends in uses.by_unit.get(unit, ())), step)
        for unit in units
    ]
    unit_masks = tuple(zip(seating.seats_of(space), masks, strict=True))
    taken, few = _taken_and_few(space, unit_masks, people)
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
            for begins, ends, reference in sorted(
                {stretch for unit in units for stretch in uses.mine.get(unit, ())}
            )
        ),
        round=round,
        is_window_open=now >= opens_at,
        unit_masks=unit_masks,
    )


def _mask(stretches: Iterable[tuple[int, int]], step: int) -> int:
    """One bit for each step that any stretch of minutes touches."""
    mask = 0
    for begins, ends in stretches:
        first, last = max(begins, 0) // step, -(-min(ends, MINUTES_A_DAY) // step)
        if last > first:
            mask |= ((1 << (last - first)) - 1) << first
    return mask


def _taken_and_few(space: Space, unit_masks: Sequence[tuple[Seats, int]], people: int) -> tuple[int, int]:
    """Steps that so many can't have, and steps at which nobody else could have it beside them."""
    masks = [mask for _unit, mask in unit_masks]
    if space.takes != Space.Takes.ANY:
        taken = 0
        for mask in masks:
            taken |= mask
        return taken, 0
    if len({unit.seats for unit, _mask in unit_masks}) > 1:
        return _taken_and_few_of_unlike(unit_masks, people)
    # at_least[n]: steps in which n units or more are taken.
    at_least = [-1] + [0] * len(masks)
    for mask in masks:
        for count in range(len(masks), 0, -1):
            at_least[count] |= at_least[count - 1] & mask
    needed = len(seating.enough_units(people, [unit for unit, _mask in unit_masks]))
    if not needed:
        return -1, 0
    taken = at_least[len(masks) - needed + 1]
    few = at_least[max(len(masks) - 2 * needed + 1, 0)] & ~taken if len(masks) > needed else 0
    return taken, few


def _taken_and_few_of_unlike(unit_masks: Sequence[tuple[Seats, int]], people: int) -> tuple[int, int]:
    """The same where tables differ in their seats: step by step, each set of free units looked at once."""
    taken = few = 0
    known: dict[tuple[bool, ...], tuple[bool, bool]] = {}
    for index in range(MINUTES_A_DAY // SHORTEST_STEP):
        in_use = tuple(bool(mask >> index & 1) for _unit, mask in unit_masks)
        if in_use not in known:
            free = [unit for (unit, _mask), used in zip(unit_masks, in_use, strict=True) if not used]
            first = seating.enough_units(people, free)
            beside = [unit for unit in free if unit.unit not in first]
            known[in_use] = not first, not seating.enough_units(people, beside)
        is_taken, is_last = known[in_use]
        taken |= is_taken << index
        few |= (is_last and not is_taken) << index
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
