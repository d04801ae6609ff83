"""Canned replies (定型文): which placeholders they may hold, and what stands there in the end."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consultations.models import Consultation
from kyodo import text
from kyodo.centre.queries import current_centre

PLACEHOLDERS = {
    "name": gettext_lazy("相談者のお名前"),
    "organisation": gettext_lazy("相談者の団体・会社"),
    "reference": gettext_lazy("受付番号"),
    "kind": gettext_lazy("相談の種類"),
    "staff": gettext_lazy("書いている職員"),
    "centre": gettext_lazy("センターの名前"),
    "phone": gettext_lazy("センターの電話番号"),
    "address": gettext_lazy("センターの住所"),
}
_PLACEHOLDER = re.compile(r"\{([^{}\n]*)\}")


def unknown_in(body: str) -> list[str]:
    return [name for name in _PLACEHOLDER.findall(body) if name not in PLACEHOLDERS]


def check(body: str) -> None:
    """A misspelt placeholder would reach people as it is."""
    unknown = unknown_in(body)
    if unknown:
        raise ValidationError(
            _("「{%(name)s}」は使えません。使えるもの：%(known)s"),
            code="placeholder",
            params={"name": unknown[0], "known": "、".join(f"{{{name}}}" for name in PLACEHOLDERS)},
        )


def filled(body: str, consultation: Consultation, by: User) -> str:
    """The text with its placeholders filled in; what we don't know is said in a general word. The office is the one that has it in hand."""
    office = consultation.ward_centre or current_centre()
    values = {
        "name": consultation.contact.name or _("ご相談者"),
        "organisation": consultation.contact.organisation,
        "reference": consultation.reference,
        "kind": consultation.get_kind_display(),
        "staff": str(by),
        "centre": office.name,
        "phone": office.phone,
        "address": office.full_address,
    }
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), body)


def greets(message: str, name: str) -> bool:
    """It begins with the name already, as canned texts do: the mail around it greets nobody a second time."""
    first_line = message.strip().partition("\n")[0]
    return bool(name) and "".join(text.fold(first_line).split()).startswith("".join(text.fold(name).split()))


def appended(message: str, text: str) -> str:
    """What was typed stays; the canned text comes after it."""
    return f"{message.rstrip()}\n\n{text}" if message.strip() else text
