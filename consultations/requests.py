"""Who may open the page of a consultation: whoever asked while signed in, and for a while whoever had the code."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts.models import User
from consultations.actions.readings import Reader
from consultations.models import Consultation
from kyodo import clock

SESSION_KEY = "consultations_open"
OPEN_SECONDS = 2 * 60 * 60
MOST_OPEN = 20


@dataclass(frozen=True)
class Opened:
    """A consultation, and as whom it is read."""

    consultation: Consultation
    reader: str
    by: User | None = None

    @property
    def is_by_code(self) -> bool:
        return self.reader == Reader.PERSON


def opened(request: HttpRequest, reference: str) -> Opened | None:
    """None, whether it exists or not: nobody learns by asking."""
    rows = (
        Consultation.objects.select_related(
            "ward", "ward_centre", "group", "contact", "duplicate_of__contact"
        )
        .defer("search", "group__search", "contact__search", "duplicate_of__search", "duplicate_of__text")
        .filter(reference=reference)
    )
    if isinstance(request.user, User) and (own := rows.asked_by(request.user).first()):
        return Opened(own, Reader.ACCOUNT, request.user)
    kept = _still_open(request)
    found = rows.filter(pk__in=kept).first() if kept else None
    # The mailbox was the wrong one, and was set right: whoever has it has seen enough.
    if found is not None and kept[found.pk][1] == _mailbox(found):
        return Opened(found, Reader.PERSON)
    return None


def open_for_a_while(request: HttpRequest, consultation: Consultation) -> None:
    """After the code, and as long as the address that it was mailed to is theirs. A new session key, so that one known
    before opens nothing."""
    request.session.cycle_key()
    until = int(clock.now().timestamp()) + OPEN_SECONDS
    kept = {str(pk): key for pk, key in _still_open(request).items()}
    kept[str(consultation.pk)] = [until, _mailbox(consultation)]
    request.session[SESSION_KEY] = dict(list(kept.items())[-MOST_OPEN:])


def leave(request: HttpRequest, reference: str) -> None:
    """Close the page on this device, whichever it is."""
    kept = {
        str(pk): key
        for pk, key in _still_open(request).items()
        if not Consultation.objects.filter(pk=pk, reference=reference).exists()
    }
    request.session[SESSION_KEY] = kept


def _still_open(request: HttpRequest) -> dict[int, list[Any]]:
    """Until when, and which mailbox had the code."""
    now = clock.now().timestamp()
    kept = request.session.get(SESSION_KEY, {})
    return {int(pk): key for pk, key in kept.items() if isinstance(key, list) and key[0] > now}


def _mailbox(consultation: Consultation) -> str:
    """No address in the session."""
    return salted_hmac(SESSION_KEY, consultation.contact.email.lower(), algorithm="sha256").hexdigest()[:16]
