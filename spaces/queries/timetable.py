"""What the calendar pages show: cells ready to print, so that a page of 150 of them costs the template little."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from math import gcd
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kyodo import clock, dates
from spaces.models import Space
from spaces.queries.availability import Slot, SpaceDay, State, Visitor, space_days
from spaces.queries.prefill import Prefill

NOTHING_ASKED = Prefill()
DAYS_A_WEEK = 7
MONTHS_AHEAD = 14
"""Beyond the longest window anybody publishes, with room for a yearly plan."""
MONTHS_BACK = 12


class Cell(NamedTuple):
    """One box of the table: a free step that leads to the form, or a run of steps with one word."""

    css: str
    text: str
    span: str = "1"
    href: str = ""
    spoken: str = ""
    """What a link says out of its table: 「空きあり 13:00 スペースA」"""
    note: str = ""
    """「12:00まで」, or why not: 「12月1日（火） 9:00から受付」"""


@dataclass(frozen=True, slots=True)
class Column:
    """A day of a space, or a space of a day: the head of its column and what is to say about all of it."""

    title: str
    short: str
    """On the strip of days of a phone: 「20」"""
    kind: str
    """Its weekday (「金」), where the column is a day."""
    css: str
    state: str
    """The class of its state as a whole, and the words for it."""
    state_text: str
    href: str
    also: str = ""
    """「今日」, or the name of a holiday."""
    is_chosen: bool = False


@dataclass(slots=True)
class Row:
    """A time of day with the cells that begin there."""

    label: str
    cells: list[Cell] = field(default_factory=list)
    css: str = ""
    """"pick" when a cell of the chosen column begins here: the rows that a phone shows."""


@dataclass(frozen=True, slots=True)
class Timetable:
    columns: list[Column]
    rows: list[Row]
    closed: str = ""
    """Why there are no rows, in the centre's words."""


@dataclass(frozen=True, slots=True)
class MonthCell:
    day: int
    css: str
    text: str
    href: str
    spoken: str
    is_today: bool
    holiday: str = ""
    """Its name, where the day is one."""


# ── Bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────


def first_shown() -> date:
    return clock.months_later(clock.today(), -MONTHS_BACK)


def last_shown() -> date:
    return clock.months_later(clock.today(), MONTHS_AHEAD)


def week_start(day: date) -> date:
    """Weeks are counted from today, so that the first one never begins with days gone by."""
    today = clock.today()
    return today + timedelta(days=(day - today).days // DAYS_A_WEEK * DAYS_A_WEEK)


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────


def week_table(space: Space, chosen: date, visitor: Visitor, asked: Prefill = NOTHING_ASKED) -> Timetable:
    """Seven days of one space."""
    first = week_start(chosen)
    days = space_days([space], first, first + timedelta(days=DAYS_A_WEEK - 1), visitor, people=asked.seats)
    return _table(
        [day[space.pk] for day in days.values()],
        [_day_column(day[space.pk], asked, is_chosen=key == chosen) for key, day in days.items()],
        asked,
    )


def day_table(space: Space, day: date, visitor: Visitor, asked: Prefill = NOTHING_ASKED) -> Timetable:
    """One day of one space, every step with its words."""
    found = space_days([space], day, day, visitor, people=asked.seats)[day][space.pk]
    return _table([found], [_day_column(found, asked, is_chosen=True)], asked)


def spaces_table(
    spaces: Sequence[Space], day: date, visitor: Visitor, asked: Prefill = NOTHING_ASKED
) -> Timetable:
    """All spaces on one day, side by side; what is past is left out."""
    found = space_days(spaces, day, day, visitor, people=asked.seats)[day]
    ordered = [found[space.pk] for space in spaces]
    return _table(ordered, [_space_column(one, asked) for one in ordered], asked, leave_out_past=True)


def month_weeks(
    space: Space, year: int, month: int, visitor: Visitor, asked: Prefill = NOTHING_ASKED
) -> list[list[MonthCell | None]]:
    """The weeks of a month, Sunday first; None for the days of its neighbours."""
    today = clock.today()
    last = calendar.monthrange(year, month)[1]
    days = space_days([space], date(year, month, 1), date(year, month, last), visitor, people=asked.seats)
    base = space.get_absolute_url()
    weeks = calendar.Calendar(firstweekday=calendar.SUNDAY).monthdatescalendar(year, month)
    return [
        [
            _month_cell(days[day][space.pk], asked, base=base, today=today) if day.month == month else None
            for day in week
        ]
        for week in weeks
    ]


def _month_cell(found: SpaceDay, asked: Prefill, *, base: str, today: date) -> MonthCell:
    day, state = found.date, found.state
    if found.mine:
        state = State.YOURS
    return MonthCell(
        day=day.day,
        css=state.value,
        text=str(state.label),
        href=f"{asked.to(base, view='day', date=str(day))}#free",
        spoken=" ".join(filter(None, [dates.short_day(day), found.day.holiday_name, str(state.label)])),
        is_today=day == today,
        holiday=found.day.holiday_name,
    )


def _table(
    days: Sequence[SpaceDay], columns: list[Column], asked: Prefill, *, leave_out_past: bool = False
) -> Timetable:
    labels = {state: escape(str(state.label)) for state in State}
    runs = [_cells_of(day, labels, asked) for day in days]
    opening = [(run[0][0], run[-1][1]) for run in runs if run]
    if not opening:
        return Timetable(columns, [], closed=next((day.day.reason for day in days if day.day.reason), ""))
    step = gcd(*(day.step for day in days))
    opens, closes = min(begins for begins, _ends in opening), max(ends for _begins, ends in opening)
    if leave_out_past:
        opens = max(opens, min(_first_ahead(day, closes) for day in days) // step * step)
    rows = {minutes: Row(_clock(minutes)) for minutes in range(opens, closes, step)}
    for day, run, column in zip(days, runs, columns, strict=True):
        for begins, ends, cell in _fill(day, run, opens, closes):
            if ends <= opens:
                continue
            begins = max(begins, opens)
            rows[begins].cells.append(_placed(cell, span=(ends - begins) // step, is_chosen=column.is_chosen))
            if column.is_chosen:
                rows[begins].css = "pick"
    return Timetable(columns, list(rows.values()))


def _first_ahead(day: SpaceDay, closes: int) -> int:
    """The first minute not past."""
    return next((_minutes(slot.begins) for slot in day.runs() if slot.state is not State.PAST), closes)


Run = tuple[int, int, Cell]


def _cells_of(day: SpaceDay, labels: Mapping[State, SafeString], asked: Prefill) -> list[Run]:
    """Free steps one by one, since each leads to the form; everything else in runs.

    What is made of our own words and numbers alone is escaped here, once a day, not 150 times by the template.
    """
    base = escape(f"{asked.on(day.date).url('space_book', day.space)}&begins=")
    length = asked.minutes
    where = escape(f"{day.space.name} {dates.short_day(day.date)}")
    found = []
    for run in day.runs():
        begins, ends = _minutes(run.begins), _end_minutes(run.ends)
        if not run.state.is_bookable:
            found.append((begins, ends, _run_cell(day, run, labels[run.state], asked)))
            continue
        css, text = SafeString(run.state.value), labels[run.state]
        for minutes in range(begins, ends, day.step):
            until = _until(minutes, length) if length else ""
            href = SafeString(f"{base}{minutes // 60:02}:{minutes % 60:02}{until}")
            spoken = SafeString(f"{text} {_clock(minutes)} {where}")
            found.append((minutes, minutes + day.step, Cell(css, text, href=href, spoken=spoken)))
    return found


def _until(begins: int, length: int) -> str:
    """The end of a wish that keeps its length, as a part of an address; none beyond midnight."""
    ends = begins + length
    return f"&amp;ends={ends // 60:02}:{ends % 60:02}" if ends < 24 * 60 else ""


def _run_cell(day: SpaceDay, run: Slot, label: str, asked: Prefill) -> Cell:
    href, note = "", ""
    if run.state is State.YOURS:
        href = reverse("booking", args=[run.reference])
    elif run.state is State.LOTTERY and day.round:
        href = asked.on(day.date).to(day.round.get_absolute_url())
        note = day.round.name
    elif run.state is State.NOT_YET:
        opens = clock.local(day.window_opens_at)
        note = _("%(day)s %(time)sから受付") % {
            "day": dates.short_day(opens),
            "time": _clock(opens.hour * 60 + opens.minute),
        }
    elif run.state is State.CLOSED:
        closure = day.day.closure_within(run.begins, run.ends)
        note = closure.reason if closure else ""
    return Cell(
        css=run.state.value,
        text=label,
        href=href,
        spoken=f"{label} {_time_text(run.begins)}-{_time_text(run.ends)}" if href else "",
        note=note or _("%(time)sまで") % {"time": _time_text(run.ends)},
    )


def _fill(day: SpaceDay, runs: list[Run], opens: int, closes: int) -> list[Run]:
    """The column from top to bottom: what lies outside its opening hours is closed."""
    if not runs:
        return [(opens, closes, Cell(State.CLOSED.value, _("休館"), note=day.day.reason))]
    shut = Cell(State.CLOSED.value, _("閉館"))
    filled, at = [], opens
    for begins, ends, cell in runs:
        if begins > at:
            filled.append((at, begins, shut))
        filled.append((begins, ends, cell))
        at = max(at, ends)
    if at < closes:
        filled.append((at, closes, shut))
    return filled


def _placed(cell: Cell, *, span: int, is_chosen: bool) -> Cell:
    """A run of a single step needs no word about its end."""
    needs_note = span > 1 or cell.css not in (State.TAKEN.value, State.PAST.value)
    return cell._replace(
        css=SafeString(f"{cell.css} chosen") if is_chosen else cell.css,
        span=SafeString(span),
        note=cell.note if needs_note else "",
    )


# ── Heads of columns ─────────────────────────────────────────────────────────────────────────────────────────────


def _day_column(found: SpaceDay, asked: Prefill, *, is_chosen: bool) -> Column:
    day, state = found.date, found.state
    kinds = ["chosen"] if is_chosen else []
    if found.day.is_holiday or day.weekday() == calendar.SUNDAY:
        kinds.append("holiday")
    elif day.weekday() == calendar.SATURDAY:
        kinds.append("saturday")
    also = found.day.holiday_name
    if day == clock.today():
        kinds.append("today")
        also = _("今日")
    return Column(
        title=dates.short_day(day),
        short=str(day.day),
        kind=_weekday(day),
        css=" ".join(kinds),
        state=state.value,
        state_text=str(state.label),
        href=_week_url(found, asked),
        also=also,
        is_chosen=is_chosen,
    )


def _week_url(found: SpaceDay, asked: Prefill) -> str:
    return f"{asked.to(found.space.get_absolute_url(), view='week', date=str(found.date))}#free"


def _space_column(found: SpaceDay, asked: Prefill) -> Column:
    return Column(
        title=found.space.name,
        short=found.space.name,
        kind="",
        css="",
        state=found.state.value,
        state_text=str(found.state.label),
        href=_week_url(found, asked),
    )


def _weekday(day: date) -> str:
    return (_("月"), _("火"), _("水"), _("木"), _("金"), _("土"), _("日"))[day.weekday()]


def _minutes(value: time) -> int:
    return value.hour * 60 + value.minute


def _end_minutes(value: time) -> int:
    return _minutes(value) or 24 * 60


def _clock(minutes: int) -> str:
    """9:00, as people read it."""
    return f"{minutes // 60}:{minutes % 60:02}"


def _time_text(value: time) -> str:
    return _clock(_minutes(value)) if value != time(0) else "24:00"
