"""How long what people told us is kept (保存期間), and what has to end before it goes.

Counted from the day it was closed: first the contact goes, later every word. What is still going on around it keeps it.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Contact, InboundMail, Reading, Referral, SpecialistSession

Rows = QuerySet[Consultation]

WAITS_FOR = {
    "reopening": _("再開の希望に、まだ答えていない"),
    "referral": _("終わっていない紹介がある"),
    "session": _("終わっていない士業相談がある"),
    "duplicate": _("同じ相談が、まだ続いている"),
    "mail": _("届いたメールを、まだ確かめていない"),
}
"""Why a consultation whose time has come is left as it is."""


def contacts_due(at: datetime) -> Rows:
    """Closed so long ago that nobody needs to be called back."""
    known = Contact.objects.filter(consultation=OuterRef("pk"), anonymised_at__isnull=True)
    return _closed_before(at - timedelta(days=settings.CONSULTATION_CONTACT_DAYS)).filter(Exists(known))


def texts_due(at: datetime) -> Rows:
    return _closed_before(at - timedelta(days=settings.CONSULTATION_TEXT_DAYS)).filter(
        anonymised_at__isnull=True
    )


def readings_due(at: datetime) -> "QuerySet[Reading]":
    return Reading.objects.filter(at__lt=at - timedelta(days=settings.CONSULTATION_READING_DAYS))


def with_what_it_waits_for(rows: Rows) -> Any:
    """Adds `waits_for`: a key of WAITS_FOR, empty where nothing is in the way."""
    of_it = {"consultation": OuterRef("pk")}
    referrals = Referral.objects.filter(**of_it, status__in=Referral.OPEN)
    sessions = SpecialistSession.objects.filter(**of_it, status__in=SpecialistSession.LIVE)
    mails = InboundMail.objects.filter(about=OuterRef("pk"), state=InboundMail.State.QUEUED)
    goes_on = Q(duplicate_of__isnull=False) & ~Q(duplicate_of__status=Consultation.Status.CLOSED)
    return rows.annotate(
        waits_for=Case(
            When(reopening_asked_at__isnull=False, then=Value("reopening")),
            When(Exists(referrals), then=Value("referral")),
            When(Exists(sessions), then=Value("session")),
            When(goes_on, then=Value("duplicate")),
            When(Exists(mails), then=Value("mail")),
            default=Value(""),
            output_field=CharField(),
        )
    )


def ready(rows: Rows) -> Rows:
    free: Rows = with_what_it_waits_for(rows).filter(waits_for="")
    return free


def counts(rows: Rows) -> dict[str, int]:
    """How many by what they wait for; under "" those that go."""
    found = with_what_it_waits_for(rows).order_by().values("waits_for").annotate(number=Count("pk"))
    return {one["waits_for"]: one["number"] for one in found}


def waiting(at: datetime) -> dict[str, int]:
    """How many are left, and for which reason. Where words are due the contact was due before: that is the larger set,
    but for what has lost its contact already."""
    without_contact = texts_due(at).exclude(pk__in=contacts_due(at).values("pk"))
    found = Counter(counts(contacts_due(at))) + Counter(counts(without_contact))
    return {why: number for why, number in found.items() if why}


def _closed_before(moment: datetime) -> Rows:
    return Consultation.objects.filter(status=Consultation.Status.CLOSED, closed_at__lte=moment)
