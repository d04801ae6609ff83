"""Use statistics as files that a spreadsheet opens: CSV with a mark for Excel, and a workbook."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from spaces.queries.statistics import Figures, Statistics, Table

BYTE_ORDER_MARK = "\ufeff"
# A cell that begins so is a formula to a spreadsheet, in Japanese also with wide signs; a group may be called anything.
STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
SHEET_NAME_LENGTH = 31

Cell = str | int | float | None


def safe(text: str) -> str:
    """Without signs that a workbook can't hold, and never a formula. The wide space inside a name is part of it."""
    text = "".join(sign for sign in text if not unicodedata.category(sign).startswith("C")).strip()
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def as_csv(statistics: Statistics, years: Table) -> str:
    """Every table below the other, each under its title."""
    output = io.StringIO()
    output.write(BYTE_ORDER_MARK)
    writer = csv.writer(output, lineterminator="\r\n")
    writer.writerow([safe(title(statistics))])
    for table in (*statistics.tables, years):
        writer.writerow([])
        writer.writerow([safe(table.title)])
        writer.writerows(lines(table))
    return output.getvalue()


def as_excel(statistics: Statistics, years: Table) -> bytes:
    """One sheet for each cut."""
    # Loaded here only: it would take a fifteenth of every start, and statistics are read once a month.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in (*statistics.tables, years):
        sheet = book.create_sheet(table.title.partition("（")[0][:SHEET_NAME_LENGTH])
        sheet.append([safe(f"{title(statistics)} {table.title}")])
        for line in lines(table):
            sheet.append(line)
        for cell in (*sheet[1], *sheet[2]):
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B3"
        for column, width in enumerate((28, *[12] * 7), start=1):
            sheet.column_dimensions[get_column_letter(column)].width = width
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def title(statistics: Statistics) -> str:
    where = statistics.space.name if statistics.space else _("すべての場所")
    return _("利用統計 %(year)s %(space)s") % {"year": statistics.title, "space": where}


def lines(table: Table) -> Iterator[list[Cell]]:
    yield [table.first_column, *headings()]
    for row in table.rows:
        yield [safe(row.label), *_values(row)]


def headings() -> Iterable[str]:
    return (_("予約件数"), _("利用時間"), _("のべ人数"), _("利用率（％）"), _("来館なし"), _("取消"))


def _values(row: Figures) -> list[Cell]:
    return [row.bookings, row.hours, row.people, row.utilisation, row.no_shows, row.cancelled]
