"""Tables as files that a spreadsheet opens: CSV with a mark for Excel, and a workbook. No cell ever is a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse

BYTE_ORDER_MARK = "\ufeff"
CSV = "text/csv; charset=utf-8"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A cell that begins so is a formula to a spreadsheet, in Japanese also with wide signs; a group may be called anything.
STARTS_A_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
SHEET_NAME_LENGTH = 31
# Signs that no name of a sheet may hold.
NOT_IN_SHEET_NAMES = str.maketrans("[]:*?/\\", "      ・")
FIRST_COLUMN, OTHER_COLUMNS = 28, 12
"""Widths in signs."""

Cell = str | int | float | date | None


@dataclass(frozen=True)
class Sheet:
    """One table of a file."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]

    def lines(self) -> Iterator[list[Cell]]:
        yield [safe_cell(one) for one in self.headings]
        for row in self.rows:
            yield [safe_cell(one) for one in row]


def safe(text: str) -> str:
    """Without signs that a workbook can't hold, and never a formula. The wide space inside a name is part of it."""
    text = "".join(sign for sign in text if not unicodedata.category(sign).startswith("C")).strip()
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


def safe_cell(cell: Cell) -> Cell:
    return safe(str(cell)) if isinstance(cell, str) else cell


def rows_as_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """One table and nothing else, as a list page gives it out."""
    return _written(Sheet("", headings, rows).lines())


def as_csv(title: str, sheets: Iterable[Sheet]) -> str:
    """Every table below the other, each under its title."""
    lines: list[list[Cell]] = [[safe(title)]]
    for sheet in sheets:
        lines += [[], [safe(sheet.title)], *sheet.lines()]
    return _written(lines)


def as_excel(title: str, sheets: Iterable[Sheet]) -> bytes:
    """One sheet for each table, its headings held while one scrolls."""
    # Loaded here only: it would take a fifteenth of every start, and tables are taken out once a month.
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.remove(book.worksheets[0])
    for one in sheets:
        sheet = book.create_sheet(sheet_name(one.title))
        sheet.append([safe(f"{title} {one.title}")])
        for line in one.lines():
            sheet.append(line)
        for cell in (*sheet[1], *sheet[2]):
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B3"
        for column in range(1, len(one.headings) + 1):
            width = FIRST_COLUMN if column == 1 else OTHER_COLUMNS
            sheet.column_dimensions[get_column_letter(column)].width = width
    output = io.BytesIO()
    book.save(output)
    return output.getvalue()


def sheet_name(title: str) -> str:
    return title.partition("（")[0].translate(NOT_IN_SHEET_NAMES)[:SHEET_NAME_LENGTH].strip()


def response(content: str | bytes, content_type: str, filename: str) -> HttpResponse:
    """As a download that no cache keeps. The name is ours and in ASCII."""
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{filename}"'
    answer["Cache-Control"] = "private, no-store"
    return answer


def _written(lines: Iterable[list[Cell]]) -> str:
    output = io.StringIO()
    output.write(BYTE_ORDER_MARK)
    csv.writer(output, lineterminator="\r\n").writerows(lines)
    return output.getvalue()
