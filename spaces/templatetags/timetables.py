"""The boxes of a calendar, written in Python: 150 of them in a template's loop cost more than all the rest of the page."""

from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from spaces.queries.timetable import Cell, MonthCell, Row

register = template.Library()


@register.simple_tag
def times(rows: Iterable[Row]) -> SafeString:
    """The rows of a timetable: the time, then the cells that begin there; a link where there is something to open."""
    return SafeString(
        "\n".join(
            f'<tr class="{safe(row.css)}"><th scope="row">{safe(row.label)}</th>{"".join(map(_time, row.cells))}</tr>'
            for row in rows
        )
    )


def _time(cell: Cell) -> str:
    css, text, span, href, spoken, note = [safe(part) for part in cell]
    inside = (
        f'<a class="state {css}" href="{href}" aria-label="{spoken}">{text}</a>'
        if href
        else f'<span class="state {css}">{text}</span>'
    )
    also = f'<span class="note">{note}</span>' if note else ""
    return f'<td class="{css}" rowspan="{span}">{inside}{also}</td>'


@register.simple_tag
def days(week: Iterable[MonthCell | None]) -> SafeString:
    """One week of a month; the days of its neighbours stay empty."""
    return SafeString("".join(_day(cell) if cell else '<td class="other"></td>' for cell in week))


def _day(cell: MonthCell) -> str:
    today = ' class="today"' if cell.is_today else ""
    return (
        f'<td{today}><a href="{safe(cell.href)}" aria-label="{safe(cell.spoken)}"><span class="day">{cell.day}</span>'
        f'<span class="state {safe(cell.css)}">{safe(cell.text)}</span></a></td>'
    )


def safe(value: str) -> str:
    """Escaped, unless it is so already: most parts of a cell are made of our own words, escaped once a day."""
    return value if type(value) is SafeString else conditional_escape(value)
