"""Mails from templates: the first line is the subject, the rest the text; the footer is the same for all.

【予約確定】{{ booking.space }} {{ when }}

{{ name }} 様

予約を受け付けました。
"""

from typing import Any

from django.conf import settings
from django.template import Context
from django.template.loader import get_template

from kyodo.centre.queries import current_centre

SEPARATOR = "\n-- \n"


def render(name: str, context: dict[str, Any]) -> tuple[str, str]:
    """Subject and body of templates/mail/<name>.txt. Plain text: nothing is escaped."""
    values = {"centre": current_centre(), "base_url": settings.BASE_URL, "is_automatic": True} | context
    text = _render(name, values).lstrip()
    subject, _newline, body = text.partition("\n")
    return subject.strip(), body.strip() + "\n" + SEPARATOR + _render("_footer", values).strip() + "\n"


def _render(name: str, values: dict[str, Any]) -> str:
    backend_template: Any = get_template(f"mail/{name}.txt")
    return str(backend_template.template.render(Context(values, autoescape=False)))
