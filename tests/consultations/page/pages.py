"""Addresses and presses of the consultation page, for its tests."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from consultations.models import Consultation

# Every button of the page with what an honest press sends; `version` comes along.
STEPS: dict[str, dict[str, Any]] = {
    "assign": {"to": ""},
    "start": {},
    "wait": {"waiting_for": "person"},
    "close": {"outcome": "answered", "outcome_text": "窓口を伝えた。"},
    "reopen": {},
    "decline_reopening": {},
    "seen": {},
    "tag": {"name": "助成金"},
    "note": {"note": "区に聞く。"},
    "talk": {"channel": "phone", "is_reached": "yes", "note": "電話で話した。"},
    "reply": {"seal": "x"},
    "reply_preview": {"message": "お返事です。"},
    "reply_discard": {},
    "edit": {"subject": "別の件名", "kind": "run", "audience": "citizen", "wish": "mail"},
    "contact": {"name": "別の 名前"},
    "relate": {"reference": "ABCDEFGH"},
    "duplicate": {"reference": "ABCDEFGH"},
    "unduplicate": {},
    "introduce": {"name": "みどりの会"},
    "lock_out": {"user": "1", "reason": "親族"},
    "let_in": {"lock_out": "1"},
    "presence": {"writing": "1"},
}
PAGES = ("change", "reply", "reply_preview", "edit", "contact", "partners", "similar", "changes", "readings")


def address(consultation: Consultation, name: str = "change") -> str:
    return reverse(f"admin:consultations_consultation_{name}", args=[consultation.pk])


def press(client: Client, consultation: Consultation, step: str, **typed: Any) -> HttpResponse:
    """With the version as it is now, unless another is given."""
    data = {"version": Consultation.objects.get(pk=consultation.pk).version, **typed}
    return client.post(address(consultation, step), data)  # type: ignore[return-value]


def html(response: Any) -> str:
    return str(response.content.decode())
