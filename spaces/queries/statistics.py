"""How the spaces were used (利用統計), cut every way the centre reports, beside the same days of the year before.

Used means used: the group came and was checked in. Who did not come, what nobody recorded and what was cancelled stand
apart. Figures go as far as today. A booking of スペースA・B uses two units, one of 協働ラボ a single table: utilisation
counts unit hours against the hours that the centre was open, so that the cuts add up. The database groups the bookings
by day and by time; nothing here reads a single one.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Case, Count, F, Max, Min, Q, Sum, Value, When
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import (
    Coalesce,
    Extract,
    ExtractHour,
    ExtractMinute,
    Greatest,
    Least,
    TruncDate,
)
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.models import Group
from kyodo import clock, dates
from kyodo.centre import hours
from kyodo.centre.hours import DayHours
from kyodo.periods import Period
from spaces.models import Booking, Space, Unit, Visit
from spaces.models.bookings import BookingQuerySet

GROUPS_SHOWN = 50
DAYS_SHOWN = 31
"""A period of no more days is cut by day, a longer one by month."""
DAY = 24 * 60


@dataclass
class Figures:
    """One line of a table."""

    label: str
    used: int = 0
    """Bookings with which somebody came."""
    no_shows: int = 0
    unrecorded: int = 0
    """Confirmed and over, and nobody wrote down whether they came."""
    cancelled: int = 0
    minutes: int = 0
    people: int = 0
    unit_minutes: int = 0
    open_unit_minutes: int = 0
    before: "Figures | None" = None
    """The same of the year before."""

    @property
    def bookings(self) -> int:
        """All that held a place, whatever became of it."""
        return self.used + self.no_shows + self.unrecorded

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)

    @property
    def utilisation(self) -> float | None:
        """Per cent of the open unit hours; None where that can't be said (a group)."""
        if not self.open_unit_minutes:
            return None
        return round(100 * self.unit_minutes / self.open_unit_minutes, 1)

    def add(self, use: "Use", weight: int, minutes: int | None = None) -> None:
        """Bookings of one kind; `minutes` where only a part of their time belongs to this line."""
        match use.status:
            case Booking.Status.USED:
                minutes = use.minutes if minutes is None else minutes
                self.used += use.bookings
                self.people += use.people
                self.minutes += minutes
                self.unit_minutes += minutes * weight
            case Booking.Status.NO_SHOW:
                self.no_shows += use.bookings
            case Booking.Status.CANCELLED:
                self.cancelled += use.bookings
            case _:
                self.unrecorded += use.bookings


@dataclass
class Table:
    """One cut: by space, by month ..."""

    slug: str
    title: str
    first_column: str
    rows: list[Figures] = field(default_factory=list)

    @property
    def has_utilisation(self) -> bool:
        return any(row.utilisation is not None for row in self.rows)

    @property
    def has_year_before(self) -> bool:
        return any(row.before is not None for row in self.rows)

    @property
    def most_minutes(self) -> int:
        return max((row.minutes for row in self.rows), default=0) or 1


@dataclass
class Visitors:
    """People of no group, by what they came for; and how many the year before."""

    label: str
    people: int
    before: int


@dataclass
class Statistics:
    period: Period
    space: Space | None
    total: Figures
    tables: list[Table]
    visitors: list[Visitors]


class Use(NamedTuple):
    """Bookings of one space and status that are alike in the day, the group, or the times."""

    space_id: int
    status: str
    key: Hashable
    bookings: int
    minutes: int
    people: int


class Place(NamedTuple):
    """What the cuts need to know of the house."""

    spaces: Sequence[Space]
    weights: Mapping[int, int]
    """Units that a booking of the space uses."""
    units: int
    only: Space | None


COUNTED = (
    Booking.Status.CONFIRMED,
    Booking.Status.USED,
    Booking.Status.NO_SHOW,
    Booking.Status.CANCELLED,
)


def fiscal_years() -> list[int]:
    """Those with bookings, and this one; newest first."""
    ends = Booking.objects.aggregate(first=Min("begins_at"), last=Max("begins_at"))
    this = clock.fiscal_year(clock.today())
    first = clock.fiscal_year(clock.local(ends["first"]).date()) if ends["first"] else this
    last = clock.fiscal_year(clock.local(ends["last"]).date()) if ends["last"] else this
    return list(range(max(last, this), min(first, this) - 1, -1))


def statistics(period: Period, space: Space | None = None) -> Statistics:
    """A fixed number of queries, however much was used."""
    spaces = list(Space.objects.prefetch_related("units"))
    units = (
        space.units.count()
        if space
        else Unit.objects.filter(spaces__isnull=False).order_by().distinct().count()
    )
    weights = {one.pk: 1 if one.takes == Space.Takes.ANY else len(one.units.all()) for one in spaces}
    place = Place(spaces, weights, units, space)
    past = period.until_today()
    total, tables = _cuts(period, past, place)
    # Of a period that is not over, the year before goes as far as today too.
    total_before, before = _cuts(period.a_year_before(), past.a_year_before() if past else None, place)
    total.before = total_before
    for table, table_before in zip(tables, before, strict=True):
        # By day and by month the lines of two years stand in the same order under other names.
        pairs = (
            zip(table.rows, table_before.rows, strict=False)
            if table.slug in ("days", "months")
            else _same_lines(table.rows, table_before.rows)
        )
        for row, row_before in pairs:
            row.before = row_before
    return Statistics(period, space, total, [*tables, _by_group(past, place)], _visitors(period, past))


def by_fiscal_year(space: Space | None = None) -> Table:
    """All the years side by side, counted by the database."""
    year = Case(
        *[
            When(begins_at__lt=clock.day_ends(clock.fiscal_year_end(year)), then=Value(year))
            for year in sorted(fiscal_years())
        ]
    )
    rows: dict[int, Figures] = {}
    for use in _grouped(_over(Booking.objects.all(), space), year):
        assert isinstance(use.key, int)  # noqa: S101
        rows.setdefault(use.key, Figures(dates.fiscal_year(use.key))).add(use, 0)
    return Table("years", _("年度ごと"), _("年度"), [rows[key] for key in sorted(rows, reverse=True)])


# ── What the database counts ─────────────────────────────────────────────────────────────────────────────────────


def _over(bookings: BookingQuerySet, space: Space | None) -> BookingQuerySet:
    """Those whose time has been, and what was cancelled of it; used and missed ones from when that was noted."""
    over: BookingQuerySet = bookings.filter(
        Q(status__in=(Booking.Status.USED, Booking.Status.NO_SHOW)) | Q(ends_at__lte=clock.now()),
        status__in=COUNTED,
    )
    return over.filter(space=space) if space else over


def _grouped(bookings: BookingQuerySet, key: Any) -> list[Use]:
    """How many came counts before how many were booked."""
    rows = (
        bookings.order_by()
        .annotate(key=key)
        .values("space_id", "status", "key")
        .annotate(
            count=Count("pk"),
            seconds=Sum(Extract(_used_until() - F("begins_at"), "epoch")),
            came=Sum(Coalesce("people_came", "people")),
        )
        .values_list("space_id", "status", "key", "count", "seconds", "came")
    )
    return [
        Use(space_id, status, kept, count, int(seconds) // 60, people)
        for space_id, status, kept, count, seconds, people in rows
    ]


# ── The cuts ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _cuts(period: Period, past: Period | None, place: Place) -> tuple[Figures, list[Table]]:
    """The whole, and its cuts by space, by day or month, by weekday and by hour, of what has been of the period."""
    days = hours.opening_days(past.first, past.last) if past else {}
    uses: list[Use] = []
    times: list[Use] = []
    if past:
        bookings = _over(Booking.objects.between(past.first, past.last), place.only)
        uses = _grouped(bookings, TruncDate("begins_at", tzinfo=clock.TOKYO))
        # A moment of the day as its minute; one number holds both ends, so that the database groups by it.
        begins = _minute_of("begins_at")
        times = _grouped(bookings, begins * DAY + _minute_of(_used_until()))
    total = Figures(_("合計"), open_unit_minutes=_open(days.values()) * place.units)
    for use in uses:
        total.add(use, place.weights[use.space_id])
    by_day = _by_day if period.days <= DAYS_SHOWN else _by_month
    return total, [
        _by_space(uses, place, days),
        by_day(uses, place, days, period),
        _by_weekday(uses, place, days),
        _by_hour(times, place, days),
    ]


def _used_until() -> Greatest:
    """A group that left early used its place until then."""
    return Greatest(Least(Coalesce("left_at", "ends_at"), "ends_at"), "begins_at")


def _minute_of(moment: Any) -> CombinedExpression:
    """Minutes since midnight in Tokyo."""
    return ExtractHour(moment, tzinfo=clock.TOKYO) * 60 + ExtractMinute(moment, tzinfo=clock.TOKYO)


def _by_space(uses: Iterable[Use], place: Place, days: Mapping[date, DayHours]) -> Table:
    """Each space against its own hours: スペースA・B used all day is full, whatever its halves did."""
    open_minutes = _open(days.values())
    rows = {
        space.pk: Figures(
            space.name,
            open_unit_minutes=open_minutes
            * (len(space.units.all()) if space.takes == Space.Takes.ANY else 1),
        )
        for space in place.spaces
        if place.only is None or space.pk == place.only.pk
    }
    for use in uses:
        rows[use.space_id].add(use, 1)
    return Table("spaces", _("場所ごと"), _("場所"), list(rows.values()))


def _by_day(uses: Iterable[Use], place: Place, days: Mapping[date, DayHours], period: Period) -> Table:
    all_days = [period.first + timedelta(days=count) for count in range(period.days)]
    rows = {
        day: Figures(
            dates.short_day(day), open_unit_minutes=place.units * _open([days[day]] if day in days else [])
        )
        for day in all_days
    }
    for use in uses:
        rows[_day_of(use)].add(use, place.weights[use.space_id])
    return Table("days", _("日ごと"), _("日"), list(rows.values()))


def _by_month(uses: Iterable[Use], place: Place, days: Mapping[date, DayHours], period: Period) -> Table:
    first = period.first.replace(day=1)
    count = (period.last.year - first.year) * 12 + period.last.month - first.month + 1
    months = [clock.months_later(first, number) for number in range(count)]
    rows = {
        (month.year, month.month): Figures(
            _("%(year)d年%(month)d月") % {"year": month.year, "month": month.month},
            open_unit_minutes=place.units
            * _open(
                day for when, day in days.items() if (when.year, when.month) == (month.year, month.month)
            ),
        )
        for month in months
    }
    for use in uses:
        day = _day_of(use)
        rows[day.year, day.month].add(use, place.weights[use.space_id])
    return Table("months", _("月ごと"), _("月"), list(rows.values()))


def _by_weekday(uses: Iterable[Use], place: Place, days: Mapping[date, DayHours]) -> Table:
    rows = [
        Figures(
            str(WEEKDAYS[weekday]),
            open_unit_minutes=place.units
            * _open(day for when, day in days.items() if when.weekday() == weekday),
        )
        for weekday in range(7)
    ]
    for use in uses:
        rows[_day_of(use).weekday()].add(use, place.weights[use.space_id])
    return Table("weekdays", _("曜日ごと"), _("曜日"), rows)


def _by_hour(uses: Iterable[Use], place: Place, days: Mapping[date, DayHours]) -> Table:
    """An hour counts every booking that touches it, with the used minutes that lie in it."""
    rows: dict[int, Figures] = {}
    for hour, minutes in sorted(_open_by_hour(days.values()).items()):
        rows[hour] = Figures(_("%(hour)d時台") % {"hour": hour}, open_unit_minutes=place.units * minutes)
    for use in uses:
        assert isinstance(use.key, int)  # noqa: S101
        first, last = divmod(use.key, DAY)
        last = last or DAY
        for hour in range(first // 60, -(-last // 60)):
            row = rows.setdefault(hour, Figures(_("%(hour)d時台") % {"hour": hour}))
            minutes = min(last, hour * 60 + 60) - max(first, hour * 60)
            row.add(use, place.weights[use.space_id], minutes=minutes * use.bookings)
    return Table("hours", _("時間帯ごと"), _("時間帯"), [rows[hour] for hour in sorted(rows)])


def _by_group(past: Period | None, place: Place) -> Table:
    rows: dict[int, Figures] = defaultdict(lambda: Figures(""))
    if past:
        for use in _grouped(_over(Booking.objects.between(past.first, past.last), place.only), F("group_id")):
            assert isinstance(use.key, int)  # noqa: S101
            rows[use.key].add(use, 0)
    most = sorted(rows, key=lambda pk: (-rows[pk].minutes, pk))[:GROUPS_SHOWN]
    names = dict(Group.objects.filter(pk__in=most).values_list("pk", "name"))
    for pk in most:
        rows[pk].label = names[pk]
    title = _("団体ごと（利用時間の多い%(count)d団体まで）") % {"count": GROUPS_SHOWN}
    return Table("groups", title, _("団体"), [rows[pk] for pk in most])


def _visitors(period: Period, past: Period | None) -> list[Visitors]:
    def counted(days: Period) -> dict[str, int]:
        rows = Visit.objects.counted().between(days.first, days.last).order_by().values("purpose")
        return {row["purpose"]: row["count"] for row in rows.annotate(count=Sum("people"))}

    now, before = counted(period), counted((past or period).a_year_before())
    return [
        Visitors(str(purpose.label), now.get(purpose, 0), before.get(purpose, 0)) for purpose in Visit.Purpose
    ]


def _same_lines(rows: Sequence[Figures], before: Sequence[Figures]) -> list[tuple[Figures, Figures]]:
    named = {row.label: row for row in before}
    return [(row, named[row.label]) for row in rows if row.label in named]


def _day_of(use: Use) -> date:
    assert isinstance(use.key, date)  # noqa: S101
    return use.key


def _open(days: Iterable[DayHours]) -> int:
    """Minutes the centre is open on these days."""
    return sum(_open_by_hour(days).values())


def _open_by_hour(days: Iterable[DayHours]) -> dict[int, int]:
    minutes: dict[int, int] = defaultdict(int)
    for day in days:
        for period in day.open_periods:
            opens = period.opens.hour * 60 + period.opens.minute
            closes = period.closes.hour * 60 + period.closes.minute
            for hour in range(opens // 60, -(-closes // 60)):
                minutes[hour] += min(closes, hour * 60 + 60) - max(opens, hour * 60)
    return minutes
