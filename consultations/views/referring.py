"""Sending a consultation on: the form, a page that says who gets what, and only then the mail. For both doors."""

from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest

from accounts.models import User
from consultations.actions import referring as actions
from consultations.emails import referrals as emails
from consultations.forms.referrals import SendForm
from consultations.models import Consultation, Referral
from consultations.queries import receivers
from consultations.rules import referrals as rules
from kyodo import numbers

SEND, EDIT = "send", "edit"
# Refusals that belong to one field of the form.
FIELDS = {
    "receiver": "receiver",
    "itself": "receiver",
    "twice": "receiver",
    "kind": "kind",
    "transfer": "kind",
    "summary": "summary",
    "times": "wish1",
    "closed": "wish1",
    "no_address": "email",
    "consent": "consented",
}


@dataclass(frozen=True)
class Sending:
    """How far it has come: `asks` when the page asks whether it may leave, `sent` once it has."""

    form: SendForm
    version: int
    status: int = 200
    asks: Referral | None = None
    """As it would be sent, not saved: the page says who gets what."""
    addresses: list[str] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    sent: Referral | None = None
    is_stale: bool = False


def send(request: HttpRequest, user: User, consultation: Consultation) -> Sending:
    if not rules.can_send(user, consultation):
        raise PermissionDenied
    if request.method != "POST":
        return Sending(_form(user, consultation), consultation.version)
    version = numbers.typed(request.POST.get("version", "")) or 0
    form = _form(user, consultation, request.POST)
    if not form.is_valid():
        return Sending(form, version, 422)
    data = form.cleaned_data
    to = receivers.receiver_of(data["receiver"], name=data.get("name", ""), email=data.get("email", ""))
    if EDIT in request.POST:
        return Sending(form, version)
    asked = actions.Request(data["kind"], to, data["summary"], form.consent, form.wished_times)
    try:
        if SEND in request.POST:
            sent = actions.send(consultation=consultation, version=version, by=user, **vars(asked))
            return Sending(form, version, sent=sent)
        asks = actions.check(consultation=consultation, version=version, request=asked, by=user)
    except ValidationError as refusal:
        if refusal.code == "stale":
            return Sending(form, consultation.version, 409, is_stale=True)
        name = FIELDS.get(refusal.code or "")
        form.add_error(name if name in form.fields else None, refusal)
        return Sending(form, version, 422)
    addresses = emails.receiver_addresses(asks)
    return Sending(form, version, asks=asks, addresses=addresses, kept=_kept(request))


def _form(user: User, consultation: Consultation, data: Any = None) -> SendForm:
    return SendForm(
        data,
        receivers=receivers.choices(user),
        has_consent=consultation.referral_consented_at is not None,
        may_override=rules.can_send_without_consent(user),
        asks_organisations=user.is_staff,
    )


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, carried through the page that asks."""
    own = ("csrfmiddlewaretoken", "version", SEND, EDIT)
    return [(name, value) for name, values in request.POST.lists() if name not in own for value in values]
