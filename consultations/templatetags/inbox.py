"""The lines of the inbox, written in Python: fifty of them in a template's loop cost as much as the rest of the page."""

from collections.abc import Container, Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString

from consultations.queries.inbox import Row
from kyodo import dates

register = template.Library()

LINE = """<tr class="{urgency}" data-row>
<td class="tick"><label><input type="checkbox" name="chosen" value="{choice}"{ticked}><span class="visually-hidden">{choice_label}</span></label></td>
<td class="due" data-label="{due_label}"><span class="due-text {urgency}">{due}</span>{due_day}</td>
<th scope="row"><a href="{url}" data-open>{title}</a> <span class="reference">{reference}</span>
{marks}</th>
<td data-label="{who_label}">{asker}<span class="kind">{audience} {kind}</span></td>
<td class="ward" data-label="{ward_label}">{ward}</td>
<td class="assignee" data-label="{assignee_label}">{assignee}</td>
<td data-label="{next_label}">{next_step}{follow_up}</td>
<td class="nowrap" data-label="{came_label}"><time datetime="{received_at}">{age}</time> <span class="channel">{channel}</span></td>
</tr>
"""


@register.simple_tag
def inbox_lines(rows: Iterable[Row], ticked: Container[str] = (), **labels: str) -> SafeString:
    """Each a link and a checkbox; `ticked` are those of a press that was refused. The labels are those of the table's head,
    said again in each cell on a phone."""
    spoken = {f"{name}_label": escape(label) for name, label in labels.items()}
    return SafeString(
        "".join(
            LINE.format_map(spoken | _cells(row) | {"ticked": " checked" if row.choice in ticked else ""})
            for row in rows
        )
    )


def _cells(row: Row) -> dict[str, str]:
    """Every word escaped; what holds an element is put together of escaped words."""
    word = {
        name: escape(getattr(row, name))
        for name in (
            "url",
            "choice",
            "choice_label",
            "title",
            "reference",
            "asker",
            "audience",
            "kind",
            "ward",
            "assignee",
            "next_step",
            "age",
            "channel",
        )
    }
    day = row.due.day
    marks = [f'<span class="mark">{escape(one)}</span>' for one in row.badges]
    marks += [f'<span class="tag">{escape(one)}</span>' for one in row.tags]
    return word | {
        "urgency": row.due.urgency,
        "due": escape(row.due.text),
        "due_day": f' <time datetime="{day.isoformat()}">{dates.short_day(day)}</time>' if day else "",
        "marks": "\n".join(marks),
        "assignee": f"<strong>{word['assignee']}</strong>" if row.is_mine else word["assignee"],
        "follow_up": f' <span class="nowrap">{escape(row.follow_up)}</span>' if row.follow_up else "",
        "received_at": row.received_at.isoformat(timespec="minutes"),
    }
