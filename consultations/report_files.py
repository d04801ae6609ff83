"""The report as files: all of it for the house; for outside without anything that could tell who asked.

What leaves the house has no crossing of two cuts, no cell of one or two (and none that could be worked out from the
others), no median, mean or share that speaks of one or two, and no cuts at all of a period with few consultations. See docs/decisions/0030-privacy-as-code.md.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from consultations.queries.report import Figure, Report, Table
from kyodo.exports import Cell, Sheet

FEW = 3
"""Fewer than so many could tell who asked."""
FEWEST_TO_CUT = 10
HIDDEN = "―"


def sheets(report: Report, *, is_for_outside: bool) -> list[Sheet]:
    summary, months = _summary(report, hides_few=is_for_outside), _months(report)
    if not is_for_outside:
        return [summary, months, *(_table(one) for one in report.tables), _crossing(report)]
    if report.received.now < FEWEST_TO_CUT:
        return [_without_few(summary)]
    cuts = [_table(one) for one in report.tables]
    if 0 < report.received.before < FEWEST_TO_CUT:
        cuts = [_without_year_before(sheet) for sheet in cuts]
    return [_without_few(sheet) for sheet in (summary, months, *cuts)]


def is_few(count: int) -> bool:
    return 0 < count < FEW


def hidden(column: Sequence[Cell]) -> list[Cell]:
    """One column without its small numbers. Where the sum would tell them, because it is a single one or all are the
    same, the next smallest goes with them; where there is none, so does every nought."""
    small = [place for place, cell in enumerate(column) if isinstance(cell, int) and is_few(cell)]
    if small and len({column[place] for place in small}) == 1:
        counted = [(cell, place) for place, cell in enumerate(column) if isinstance(cell, int)]
        others = sorted(one for one in counted if one[1] not in small)
        larger = [place for cell, place in others if cell]
        small += larger[:1] or [place for _nought, place in others]
    return [HIDDEN if place in small else cell for place, cell in enumerate(column)]


def _without_year_before(sheet: Sheet) -> Sheet:
    """So few that nothing of them is cut."""
    return Sheet(sheet.title, sheet.headings[:-1], [row[:-1] for row in sheet.rows])


def _without_few(sheet: Sheet) -> Sheet:
    """The first column names the line; every other one is judged by itself."""
    rows = [list(row) for row in sheet.rows]
    columns = [[row[place] for row in rows] for place in range(len(sheet.headings))]
    judged = [columns[0], *(hidden(column) for column in columns[1:])]
    return Sheet(sheet.title, sheet.headings, list(zip(*judged, strict=True)))


def _summary(report: Report, *, hides_few: bool) -> Sheet:
    def cell(figure: Figure) -> Cell:
        return HIDDEN if hides_few and any(map(is_few, figure.counts)) else figure.value

    rows: list[list[Cell]] = [
        [one.label, one.now, one.before, _("件")] for one in (report.received, report.closed)
    ]
    rows += [[one.label, cell(one.of_now), cell(one.of_before), one.unit] for one in report.figures]
    return Sheet(_("概要"), [_("項目"), _("この期間"), _("前の年"), _("単位")], rows)


def _months(report: Report) -> Sheet:
    return Sheet(
        _("月ごと"),
        [_("月"), _("受付"), _("前の年の受付"), _("完了"), _("紹介"), _("士業相談")],
        [
            [one.label, one.received, one.received_before, one.closed, one.referrals, one.sessions]
            for one in report.months
        ],
    )


def _table(table: Table) -> Sheet:
    return Sheet(
        table.title,
        [table.first_column, _("この期間"), _("前の年")],
        [[row.label, row.now, row.before] for row in table.rows],
    )


def _crossing(report: Report) -> Sheet:
    return Sheet(
        _("区と種類（センターの中だけで使う）"),
        [_("区"), *report.crossing.kinds],
        [[name, *numbers] for name, numbers in report.crossing.rows],
    )
