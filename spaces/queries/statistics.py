"""How the spaces were used (利用統計): one pass over the bookings of a fiscal year, cut every way the centre reports.

A booking of スペースA・B uses two units, one of 協働ラボ a single table: utilisation counts unit hours against the hours
that the centre was open, so that the cuts add up.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import Case, Count, F, Max, Min, Q, Sum, Value, When
from django.db.models.functions import Extract
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from accounts.models import Group
from kyodo import clock, dates
from kyodo.centre import hours
from kyodo.centre.hours import DayHours
from spaces.models import Booking, Space, Unit

GROUPS_SHOWN = 50


@dataclass
class Figures:
    """One line of a table."""

    label: str
    bookings: int = 0
    minutes: int = 0
    people: int = 0
    no_shows: int = 0
    cancelled: int = 0
    unit_minutes: int = 0
    open_unit_minutes: int = 0
    href: str = ""

    @property
    def hours(self) -> float:
        return round(self.minutes / 60, 1)

    @property
    def utilisation(self) -> float | None:
        """Per cent of the open unit hours; None where that can't be said (a group)."""
        if not self.open_unit_minutes:
            return None
        return round(100 * self.unit_minutes / self.open_unit_minutes, 1)


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
    def most_minutes(self) -> int:
        return max((row.minutes for row in self.rows), default=0) or 1


@dataclass
class Statistics:
    year: int
    space: Space | None
    total: Figures
    tables: list[Table]

    @property
    def title(self) -> str:
        return dates.fiscal_year(self.year)


class Use(NamedTuple):
    """A booking as the statistics need it."""

    space_id: int
    group_id: int
    begins_at: datetime
    ends_at: datetime
    people: int
    status: str


HELD = frozenset({Booking.Status.CONFIRMED, Booking.Status.USED, Booking.Status.NO_SHOW})


def fiscal_years() -> list[int]:
    """Those with bookings, and this one; newest first."""
    ends = Booking.objects.aggregate(first=Min("begins_at"), last=Max("begins_at"))
    this = clock.fiscal_year(clock.today())
    first = clock.fiscal_year(clock.local(ends["first"]).date()) if ends["first"] else this
    last = clock.fiscal_year(clock.local(ends["last"]).date()) if ends["last"] else this
    return list(range(max(last, this), min(first, this) - 1, -1))


def statistics(year: int, space: Space | None = None) -> Statistics:
    """Confirmed, used and missed bookings count as use; cancelled ones stand beside. Six queries."""
    first, last = date(year, 4, 1), clock.fiscal_year_end(year)
    spaces = list(Space.objects.prefetch_related("units"))
    weights = {one.pk: 1 if one.takes == Space.Takes.ANY else len(one.units.all()) for one in spaces}
    calendar_days = hours.opening_days(first, last)
    units = (
        {unit.pk for unit in space.units.all()}
        if space
        else set(Unit.objects.filter(spaces__isnull=False).values_list("pk", flat=True))
    )
    uses = _uses(first, last, space)
    tables = [
        _by_space(uses, spaces, calendar_days, only=space),
        _by_month(uses, weights, calendar_days, len(units), year),
        _by_weekday(uses, weights, calendar_days, len(units)),
        _by_hour(uses, weights, calendar_days, len(units)),
        _by_group(uses),
    ]
    total = Figures(_("合計"), open_unit_minutes=_open(calendar_days.values()) * len(units))
    for use in uses:
        _add(total, use, weights[use.space_id])
    return Statistics(year, space, total, tables)


def by_fiscal_year(space: Space | None = None) -> Table:
    """All the years side by side, counted by the database."""
    shown = Booking.objects.filter(space=space) if space else Booking.objects.all()
    held = Q(status__in=HELD)
    rows = (
        shown.order_by()
        .annotate(
            fiscal_year=Case(
                *[
                    When(begins_at__lt=clock.day_ends(clock.fiscal_year_end(year)), then=Value(year))
                    for year in sorted(fiscal_years())
                ]
            )
        )
        .values("fiscal_year")
        .annotate(
            bookings=Count("pk", filter=held),
            seconds=Sum(Extract(F("ends_at") - F("begins_at"), "epoch"), filter=held),
            people=Sum("people", filter=held),
            no_shows=Count("pk", filter=Q(status=Booking.Status.NO_SHOW)),
            cancelled=Count("pk", filter=Q(status=Booking.Status.CANCELLED)),
        )
        .order_by("-fiscal_year")
    )
    return Table(
        "years",
        _("年度ごと"),
        _("年度"),
        [
            Figures(
                dates.fiscal_year(row["fiscal_year"]),
                bookings=row["bookings"],
                minutes=int(row["seconds"] or 0) // 60,
                people=row["people"] or 0,
                no_shows=row["no_shows"],
                cancelled=row["cancelled"],
            )
            for row in rows
        ],
    )


# ── The cuts ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _uses(first: date, last: date, space: Space | None) -> list[Use]:
    rows = Booking.objects.between(first, last).filter(status__in=[*HELD, Booking.Status.CANCELLED])
    if space:
        rows = rows.filter(space=space)
    values = rows.order_by().values_list("space_id", "group_id", "begins_at", "ends_at", "people", "status")
    return [
        Use(space_id, group_id, clock.local(begins_at), clock.local(ends_at), people, status)
        for space_id, group_id, begins_at, ends_at, people, status in values.iterator(chunk_size=5000)
    ]


def _by_space(
    uses: Iterable[Use], spaces: Sequence[Space], days: Mapping[date, DayHours], *, only: Space | None
) -> Table:
    """Each space against its own hours: スペースA・B used all day is full, whatever its halves did."""
    open_minutes = _open(days.values())
    rows = {
        space.pk: Figures(
            space.name,
            open_unit_minutes=open_minutes
            * (len(space.units.all()) if space.takes == Space.Takes.ANY else 1),
        )
        for space in spaces
        if only is None or space.pk == only.pk
    }
    for use in uses:
        _add(rows[use.space_id], use, 1)
    return Table("spaces", _("場所ごと"), _("場所"), list(rows.values()))


def _by_month(
    uses: Iterable[Use], weights: Mapping[int, int], days: Mapping[date, DayHours], units: int, year: int
) -> Table:
    months = [(year, month) for month in range(4, 13)] + [(year + 1, month) for month in range(1, 4)]
    rows = {
        key: Figures(
            _("%(year)d年%(month)d月") % {"year": key[0], "month": key[1]},
            open_unit_minutes=units
            * _open(day for when, day in days.items() if (when.year, when.month) == key),
        )
        for key in months
    }
    for use in uses:
        _add(rows[use.begins_at.year, use.begins_at.month], use, weights[use.space_id])
    return Table("months", _("月ごと"), _("月"), list(rows.values()))


def _by_weekday(
    uses: Iterable[Use], weights: Mapping[int, int], days: Mapping[date, DayHours], units: int
) -> Table:
    rows = [
        Figures(
            str(WEEKDAYS[weekday]),
            open_unit_minutes=units * _open(day for when, day in days.items() if when.weekday() == weekday),
        )
        for weekday in range(7)
    ]
    for use in uses:
        _add(rows[use.begins_at.weekday()], use, weights[use.space_id])
    return Table("weekdays", _("曜日ごと"), _("曜日"), rows)


def _by_hour(
    uses: Iterable[Use], weights: Mapping[int, int], days: Mapping[date, DayHours], units: int
) -> Table:
    """An hour counts every booking that touches it, with the minutes that lie in it."""
    rows: dict[int, Figures] = {}
    for hour, minutes in sorted(_open_by_hour(days.values()).items()):
        rows[hour] = Figures(_("%(hour)d時台") % {"hour": hour}, open_unit_minutes=units * minutes)
    for use in uses:
        first, last = _minute(use.begins_at), _minute(use.begins_at) + _minutes(use)
        for hour in range(first // 60, -(-last // 60)):
            row = rows.setdefault(hour, Figures(_("%(hour)d時台") % {"hour": hour}))
            minutes = min(last, hour * 60 + 60) - max(first, hour * 60)
            _add(row, use, weights[use.space_id], minutes=minutes)
    return Table("hours", _("時間帯ごと"), _("時間帯"), [rows[hour] for hour in sorted(rows)])


def _by_group(uses: Iterable[Use]) -> Table:
    rows: dict[int, Figures] = defaultdict(lambda: Figures(""))
    for use in uses:
        _add(rows[use.group_id], use, 0)
    most = sorted(rows, key=lambda pk: (-rows[pk].minutes, pk))[:GROUPS_SHOWN]
    names = dict(Group.objects.filter(pk__in=most).values_list("pk", "name"))
    for pk in most:
        rows[pk].label = names[pk]
    title = _("団体ごと（利用時間の多い%(count)d団体まで）") % {"count": GROUPS_SHOWN}
    return Table("groups", title, _("団体"), [rows[pk] for pk in most])


def _add(row: Figures, use: Use, weight: int, *, minutes: int | None = None) -> None:
    if use.status == Booking.Status.CANCELLED:
        row.cancelled += 1
        return
    minutes = _minutes(use) if minutes is None else minutes
    row.bookings += 1
    row.minutes += minutes
    row.unit_minutes += minutes * weight
    row.people += use.people
    row.no_shows += use.status == Booking.Status.NO_SHOW


def _minutes(use: Use) -> int:
    return (use.ends_at - use.begins_at) // timedelta(minutes=1)


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


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
