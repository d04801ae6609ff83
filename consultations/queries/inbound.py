"""What the pages of mails that came in show."""

import re
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, QuerySet

from accounts.models import User
from consultations.actions.inbound import filing
from consultations.models import Consultation, InboundFile, InboundMail
from kyodo import references
from kyodo.admin_paging import NearPaginator

PER_PAGE = 30
MOST_CANDIDATES = 5
State = InboundMail.State
_REFERENCE = re.compile(rf"(?<![0-9A-Za-z])[{references.ALPHABET}]{{{references.LENGTH}}}(?![0-9A-Za-z])")


@dataclass(frozen=True)
class Candidate:
    """A consultation that a mail may belong to, and what speaks for it."""

    consultation: Consultation
    by_address: bool = False
    by_reference: bool = False
    by_sender: bool = False


@dataclass(frozen=True)
class MailPage:
    mail: InboundMail
    files: list[InboundFile]
    candidates: list[Candidate]
    has_original: bool

    @property
    def is_open(self) -> bool:
        """Staff can still say what becomes of it."""
        return self.mail.state != State.MATCHED and self.mail.purged_at is None


def mails(user: User, state: str, number: str) -> "Page[InboundMail]":
    """The queue with the longest waiting on top; what was handled, the newest."""
    found = InboundMail.objects.visible_to(user).filter(state=state)
    order = ("received_at", "pk") if state == State.QUEUED else ("-received_at", "-pk")
    shown = found.defer("text").select_related("about", "handled_by").defer(*_heavy("about")).order_by(*order)
    paginator: NearPaginator = NearPaginator(shown.annotate(file_count=Count("files")), PER_PAGE)
    return paginator.get_page(number)


def mail_page(user: User, mail: InboundMail) -> MailPage:
    return MailPage(
        mail=mail,
        files=list(mail.files.all()),
        candidates=_candidates(user, mail) if mail.state != State.MATCHED else [],
        has_original=mail.purged_at is None,
    )


def _candidates(user: User, mail: InboundMail) -> list[Candidate]:
    """By its address, by a reference in its words, by its sender; only what the person reads anyway."""
    named = set(_REFERENCE.findall(f"{mail.subject}\n{mail.text[:5000]}".upper()))
    seen: QuerySet[Consultation] = (
        Consultation.objects.readable_by(user).filter(anonymised_at__isnull=True).select_related("contact")
    ).defer("search", "text", "outcome_text", "contact__search")
    found: dict[int, dict[str, Any]] = {}

    def add(consultations: QuerySet[Consultation], reason: str) -> None:
        for one in consultations:
            found.setdefault(one.pk, {"consultation": one})[reason] = True

    if mail.about is not None:
        add(seen.filter(pk=filing.goes_on(mail.about).pk), "by_address")
    add(seen.filter(reference__in=named)[:MOST_CANDIDATES], "by_reference")
    if mail.sender:
        sent = seen.filter(contact__email__iexact=mail.sender).order_by("-received_at")
        add(sent[:MOST_CANDIDATES], "by_sender")
    return [Candidate(**facts) for facts in found.values()]


def _heavy(relation: str) -> list[str]:
    return [f"{relation}__{field}" for field in ("search", "text", "outcome_text")]
