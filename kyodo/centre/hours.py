"""When the centre is open: what every other app asks about days and hours. Two queries, however many days.

Layers of opening hours lie on each other; for each day the most specific layer that says something wins. Closures
(臨時休館) are cut out of what the layers give.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kyodo import clock, dates
from kyodo.centre.holidays import holiday_name
from kyodo.centre.models import Closure, OpeningHours, OpeningTime
from kyodo.memo import once_a_request
from kyodo.statements import Statement

DAYS_AHEAD = 60


# Every page that names a day asks both.
@Statement
def _times() -> QuerySet[OpeningTime]:
    return OpeningTime.objects.select_related("layer").order_by()


@Statement
def _closures(first: date, last: date) -> QuerySet[Closure]:
    return Closure.objects.overlapping(first, last).order_by("first_day", "begins", "id")


@dataclass(frozen=True)
class Hours:
    opens: time
    closes: time


class PartialClosure(NamedTuple):
    """Some hours closed on a day that is open otherwise."""

    begins: time
    ends: time
    reason: str


@dataclass(frozen=True)
class DayHours:
    """One day of the centre. `hours` is None when it is closed all day, and `reason` says why."""

    date: date
    hours: Hours | None
    is_holiday: bool = False
    holiday_name: str = ""
    closures: tuple[PartialClosure, ...] = ()
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.hours is not None

    @property
    def open_periods(self) -> tuple[Hours, ...]:
        """The hours less the closures, in order: what a visitor can count on."""
        return tuple(_cut(self.hours, self.closures)) if self.hours else ()

    def is_open_at(self, clock_time: time) -> bool:
        return any(period.opens <= clock_time < period.closes for period in self.open_periods)

    def is_open_throughout(self, begins: time, ends: time) -> bool:
        return any(period.opens <= begins and ends <= period.closes for period in self.open_periods)

    def closure_within(self, begins: time, ends: time) -> PartialClosure | None:
        """The first closure that touches these hours."""
        return next((one for one in self.closures if one.begins < ends and one.ends > begins), None)


@dataclass(frozen=True)
class Layer:
    """A layer with what it says about each kind of day; None there means closed."""

    period: OpeningHours
    times: Mapping[int, Hours | None] = field(default_factory=dict)

    def kind_of_day(self, day: date, is_holiday: bool) -> int | None:
        """What the layer's answer for this day stands under, or None when it says nothing about it."""
        if not self.period.covers(day):
            return None
        kinds = [day.weekday(), OpeningTime.Day.EVERY_DAY.value]
        if is_holiday:
            kinds.insert(0, OpeningTime.Day.HOLIDAY.value)
        return next((kind for kind in kinds if kind in self.times), None)


# ── Questions ────────────────────────────────────────────────────────────────────────────────────────────────────


class Calendar(Mapping[date, DayHours]):
    """The days from first to last, both included: rows read at once, each day put together when first asked for."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self._layers = load_layers()
        self._closures = _closures.rows(first, last)
        self._days: dict[date, DayHours] = {}

    def __getitem__(self, day: date) -> DayHours:
        if day not in self._days:
            if not self.first <= day <= self.last:
                raise KeyError(day)
            self._days[day] = day_hours(day, self._layers, self._closures)
        return self._days[day]

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def __iter__(self) -> Iterator[date]:
        yield from _days(self.first, self.last)

    def __len__(self) -> int:
        return (self.last - self.first).days + 1


def opening_days(first: date, last: date) -> dict[date, DayHours]:
    """Each day from first to last, both included."""
    return dict(Calendar(first, last))


def opening_day(day: date) -> DayHours:
    return opening_days(day, day)[day]


def is_open_at(moment: datetime) -> bool:
    moment = clock.local(moment)
    return opening_day(moment.date()).is_open_at(moment.time())


def next_open_day(day: date, known: Mapping[date, DayHours] | None = None) -> date:
    """That day when it is open, else the next open one.

    Looks 60 days ahead; in a longer closure (a renovation) it gives the day itself, so that what waits for an open
    day, like the booking window, isn't put off without end. A caller with many days passes the days it knows.
    """
    last = day + timedelta(days=DAYS_AHEAD)
    days = known or {}
    for candidate in _days(day, last):
        if candidate not in days:
            days = Calendar(candidate, last)
        if days[candidate].is_open:
            return candidate
    return day


# ── The usual week, as printed on a leaflet ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class WeekLine:
    """平日 9:00-20:00"""

    days: str
    hours: Hours | None

    @property
    def text(self) -> str:
        if self.hours is None:
            return _("休館")
        return dates.hours(self.hours.opens, self.hours.closes)


def usual_week(day: date | None = None) -> list[WeekLine]:
    """The usual hours in force on a day (today), days of the same hours together. Seasons and closures don't count."""
    day = day or clock.today()
    layers = [layer for layer in load_layers() if layer.period.ends_on is None and layer.period.covers(day)]
    lines: dict[Hours | None, list[int]] = {}
    for kind in (*range(7), OpeningTime.Day.HOLIDAY.value):
        kinds = (kind,) if kind == OpeningTime.Day.HOLIDAY else (kind, OpeningTime.Day.EVERY_DAY.value)
        answers = [layer.times[one] for layer in layers for one in kinds if one in layer.times]
        if answers:
            lines.setdefault(answers[0], []).append(kind)
    return [WeekLine(_days_in_words(kinds), hours) for hours, kinds in lines.items()]


def _days_in_words(kinds: Sequence[int]) -> str:
    """平日, 月〜土, 土・日・祝 out of the numbers of days."""
    names = [_("月"), _("火"), _("水"), _("木"), _("金"), _("土"), _("日")]
    week = [kind for kind in kinds if kind < len(names)]
    holidays = [_("祝")] if len(week) < len(kinds) else []
    if len(week) == len(names):
        return _("毎日")
    if week == [0, 1, 2, 3, 4] and not holidays:
        return _("平日")
    words = [names[kind] for kind in week]
    if len(week) > 2 and week[-1] - week[0] == len(week) - 1:
        words = [_("%(first)s〜%(last)s") % {"first": words[0], "last": words[-1]}]
    return "・".join(words + holidays)


# ── Now ──────────────────────────────────────────────────────────────────────────────────────────────────────────


class State(StrEnum):
    OPEN = "open"  # 開館中
    BEFORE = "before"  # opens later today
    BREAK = "break"  # a closure of some hours; opens again today
    OVER = "over"  # 本日は閉館しました
    CLOSED = "closed"  # 休館日


@dataclass(frozen=True)
class TodayStatus:
    """What the sign at the door says: the state in words, today's hours, and when it opens next."""

    state: State
    text: str
    today: DayHours
    until: time | None = None
    next_opening: datetime | None = None
    week: tuple[DayHours, ...] = ()
    """Today and the six days after it."""

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN

    @property
    def next_text(self) -> str:
        """次は11月21日（土） 9:00に開きます"""
        if self.next_opening is None:
            return ""
        names = {
            "day": dates.short_day(self.next_opening),
            "time": dates.clock_time(self.next_opening),
        }
        if self.next_opening.date() == self.today.date:
            return _("%(time)sに開きます") % names
        return _("次は%(day)s %(time)sに開きます") % names


def today_status(known: Calendar | None = None) -> TodayStatus:
    """A caller that has the calendar from today to DAYS_AHEAD passes it."""
    now = clock.now()
    days = known or Calendar(now.date(), now.date() + timedelta(days=DAYS_AHEAD))
    ahead = [now.date() + timedelta(days=count) for count in range(DAYS_AHEAD)]
    today = days[now.date()]
    upcoming = _next_opening((days[day] for day in ahead), now)
    week = tuple(days[day] for day in ahead[:7])
    for period in today.open_periods:
        if period.opens <= now.time() < period.closes:
            text = _("開館中 %(time)sまで") % {"time": dates.clock_time(period.closes)}
            return TodayStatus(State.OPEN, text, today, until=period.closes, next_opening=upcoming, week=week)
    state = _closed_state(today, now.time())
    text = {
        State.BEFORE: _("開館前"),
        State.BREAK: _("ただいま閉めています"),
        State.OVER: _("本日は閉館しました"),
        State.CLOSED: _("休館日"),
    }[state]
    return TodayStatus(state, text, today, next_opening=upcoming, week=week)


def _closed_state(today: DayHours, clock_time: time) -> State:
    if not today.is_open:
        return State.CLOSED
    periods = today.open_periods
    if clock_time < periods[0].opens:
        return State.BEFORE
    return State.OVER if clock_time >= periods[-1].closes else State.BREAK


def _next_opening(days: Iterable[DayHours], now: datetime) -> datetime | None:
    openings = (clock.at(day.date, period.opens) for day in days for period in day.open_periods)
    return next((opening for opening in openings if opening > now), None)


# ── How layers and closures make a day ───────────────────────────────────────────────────────────────────────────


@once_a_request
def load_layers() -> list[Layer]:
    """All layers, the one to ask first in front. One query: a layer without times has nothing to say."""
    periods: dict[int, OpeningHours] = {}
    times: dict[int, dict[int, Hours | None]] = {}
    for row in _times.rows():
        periods[row.layer_id] = row.layer
        hours = Hours(row.opens, row.closes) if row.opens and row.closes else None
        times.setdefault(row.layer_id, {})[row.day] = hours
    return most_specific_first(Layer(periods[key], times[key]) for key in periods)


def most_specific_first(layers: Iterable[Layer]) -> list[Layer]:
    """By priority, then the shortest period; of two alike the one entered later."""
    return sorted(
        layers, key=lambda layer: (-layer.period.priority, layer.period.length, -(layer.period.pk or 0))
    )


def day_hours(day: date, layers: Sequence[Layer], closures: Sequence[Closure] = ()) -> DayHours:
    """One day out of layers (most specific first) and the closures that may touch it."""
    name = holiday_name(day)
    hours, reason = _from_layers(day, layers, is_holiday=bool(name))
    today = [closure for closure in closures if closure.covers(day)]
    partial = tuple(_partial_closures(day, hours, today)) if hours else ()

    whole = next((closure for closure in today if closure.begins_on(day) is None), None)
    if whole:
        hours, reason = None, whole.public_reason
    elif hours and not any(_cut(hours, partial)):
        hours, reason = None, partial[0].reason
    return DayHours(
        date=day,
        hours=hours,
        is_holiday=bool(name),
        holiday_name=name,
        closures=partial if hours else (),
        reason=reason,
    )


def _partial_closures(day: date, hours: Hours, closures: Iterable[Closure]) -> Iterable[PartialClosure]:
    for closure in closures:
        begins, ends = closure.begins_on(day), closure.ends or hours.closes
        if begins and begins < hours.closes and ends > hours.opens:
            yield PartialClosure(begins, ends, closure.public_reason)


def _from_layers(day: date, layers: Sequence[Layer], *, is_holiday: bool) -> tuple[Hours | None, str]:
    for layer in layers:
        kind = layer.kind_of_day(day, is_holiday)
        if kind is not None:
            hours = layer.times[kind]
            return hours, "" if hours else (layer.period.note or _("休館日です。"))
    return None, _("休館日です。")


def _cut(hours: Hours, closures: Sequence[PartialClosure]) -> Iterable[Hours]:
    begins = hours.opens
    for closure in sorted(closures):
        if closure.begins > begins:
            yield Hours(begins, min(closure.begins, hours.closes))
        begins = max(begins, closure.ends)
    if begins < hours.closes:
        yield Hours(begins, hours.closes)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=count) for count in range((last - first).days + 1))
