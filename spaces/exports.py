"""Use statistics as files that a spreadsheet opens."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from kyodo import exports
from kyodo.exports import Sheet
from spaces.queries.statistics import Statistics, Table


def as_csv(statistics: Statistics, years: Table) -> str:
    return exports.as_csv(title(statistics), _sheets(statistics, years))


def as_excel(statistics: Statistics, years: Table) -> bytes:
    return exports.as_excel(title(statistics), _sheets(statistics, years))


def title(statistics: Statistics) -> str:
    where = statistics.space.name if statistics.space else _("すべての場所")
    return _("利用統計 %(year)s %(space)s") % {"year": statistics.title, "space": where}


def _sheets(statistics: Statistics, years: Table) -> Iterator[Sheet]:
    for table in (*statistics.tables, years):
        yield Sheet(
            table.title,
            [
                table.first_column,
                _("予約件数"),
                _("利用時間"),
                _("のべ人数"),
                _("利用率（％）"),
                _("来館なし"),
                _("取消"),
            ],
            [
                [row.label, row.bookings, row.hours, row.people, row.utilisation, row.no_shows, row.cancelled]
                for row in table.rows
            ],
        )
