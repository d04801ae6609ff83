"""Use statistics and bookings as files that a spreadsheet opens. One table a file in CSV, one table a sheet in Excel."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from kyodo import clock, exports
from kyodo.exports import Cell, Sheet
from spaces.models import Booking
from spaces.queries.statistics import Figures, Statistics, Table, Visitors


def as_excel(statistics: Statistics, years: Table) -> bytes:
    return exports.as_excel(title(statistics), sheets(statistics, years).values())


def title(statistics: Statistics) -> str:
    where = statistics.space.name if statistics.space else _("すべての場所")
    return _("利用統計 %(period)s %(space)s") % {"period": statistics.period, "space": where}


def sheets(statistics: Statistics, years: Table) -> dict[str, Sheet]:
    """Each cut by its slug; the visitors of no group at the end."""
    tables = {table.slug: _sheet(table) for table in (*statistics.tables, years)}
    return tables | {"visitors": _visitors(statistics.visitors)}


def bookings(listed: Iterable[Booking]) -> Sheet:
    """The bookings themselves, without a word of who booked them."""
    return Sheet(
        _("予約"),
        [
            _("予約番号"),
            _("日にち"),
            _("開始"),
            _("終了"),
            _("退館"),
            _("場所"),
            _("登録番号"),
            _("団体"),
            _("使い方"),
            _("目的"),
            _("予約の人数"),
            _("来館した人数"),
            _("状態"),
            _("受付方法"),
        ],
        (_booking(booking) for booking in listed),
    )


def _booking(booking: Booking) -> list[Cell]:
    begins, ends = clock.local(booking.begins_at), clock.local(booking.ends_at)
    left = f"{clock.local(booking.left_at):%H:%M}" if booking.left_at else None
    return [
        booking.reference,
        begins.date(),
        f"{begins:%H:%M}",
        f"{ends:%H:%M}",
        left,
        booking.space.name,
        booking.group.number,
        booking.group.name,
        booking.get_use_display(),
        booking.purpose,
        booking.people,
        booking.people_came,
        booking.get_status_display(),
        booking.get_channel_display(),
    ]


def _sheet(table: Table) -> Sheet:
    headings = [
        table.first_column,
        _("予約"),
        _("利用"),
        _("利用時間"),
        _("のべ人数"),
        _("利用率（％）"),
        _("来館なし"),
        _("記録なし"),
        _("取消"),
    ]
    if table.has_year_before:
        headings += [_("前年の利用"), _("前年の利用時間"), _("前年ののべ人数")]
    return Sheet(
        table.title, headings, [_cells(row, has_year_before=table.has_year_before) for row in table.rows]
    )


def _cells(row: Figures, *, has_year_before: bool) -> list[Cell]:
    cells: list[Cell] = [
        row.label,
        row.bookings,
        row.used,
        row.hours,
        row.people,
        row.utilisation,
        row.no_shows,
        row.unrecorded,
        row.cancelled,
    ]
    if has_year_before:
        before = row.before
        cells += [before.used, before.hours, before.people] if before else [None, None, None]
    return cells


def _visitors(visitors: Iterable[Visitors]) -> Sheet:
    return Sheet(
        _("団体でない来館"),
        [_("目的"), _("人数"), _("前年の人数")],
        [[line.label, line.people, line.before] for line in visitors],
    )
