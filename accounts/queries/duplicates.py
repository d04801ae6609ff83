"""Which groups and open applications may be the one that applies."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Application, Group
from accounts.models.matching import NameKey, PhoneKey

Status = Application.Status


@dataclass(frozen=True)
class Duplicate:
    """A group or an open application that may be the one that applies; and what makes it look so."""

    name: str
    number: str
    state: str
    url: str
    reasons: tuple[str, ...]


KEYS = {
    "name_key": NameKey("name"),
    "kana_key": NameKey("name_kana"),
    "phone_key": PhoneKey("contact_phone"),
}


def likely_duplicates(application: Application) -> list[Duplicate]:
    """Same name, kana or telephone number, however written."""
    own = Application.objects.annotate(**KEYS).values(*KEYS).get(pk=application.pk)
    wanted = {key: value for key, value in own.items() if value}
    if not wanted:
        return []
    alike = Q()
    for key, value in wanted.items():
        alike |= Q(**{key: value})
    groups = Group.objects.annotate(**KEYS).filter(alike).exclude(pk=application.group_id or 0)
    waiting = (
        Application.objects.annotate(**KEYS)
        .filter(alike, status__in=[Status.SUBMITTED, Status.HEARING, Status.RETURNED])
        .exclude(pk=application.pk)
    )
    found = [
        Duplicate(
            group.name,
            group.number,
            group.state_name,
            reverse("admin:accounts_group_change", args=[group.pk]),
            _reasons(group, wanted),
        )
        for group in groups
    ]
    return found + [
        Duplicate(
            other.name,
            other.reference,
            other.get_status_display(),
            reverse("admin:accounts_application_change", args=[other.pk]),
            _reasons(other, wanted),
        )
        for other in waiting
    ]


def _reasons(row: Any, wanted: dict[str, str]) -> tuple[str, ...]:
    words = {
        "name_key": _("団体名が同じ"),
        "kana_key": _("ふりがなが同じ"),
        "phone_key": _("電話番号が同じ"),
    }
    return tuple(words[key] for key, value in wanted.items() if getattr(row, key) == value)
