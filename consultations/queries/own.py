"""What somebody asked: for their own page of everything (/my/) what is not over yet, and for the receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from consultations.emails.about import KIND
from consultations.emails.people import RECEIVED
from consultations.models import Consultation, Referral, SpecialistSession
from consultations.queries.person_page import Appointment, appointments
from consultations.queries.standing import Standing, standing_of
from kyodo.mail.models import OutgoingMail
from kyodo.statements import Statement

MOST = 20


@dataclass(frozen=True)
class OwnConsultation:
    consultation: Consultation
    standing: Standing
    appointment: Appointment | None
    """The next talk that has its time."""


def open_consultations(user: User) -> Sequence[OwnConsultation]:
    return [
        OwnConsultation(consultation, standing_of(consultation), next(iter(appointments(consultation)), None))
        for consultation in _open_of_person.rows(user.pk)
    ]


@Statement
def _open_of_person(person: int) -> QuerySet[Consultation]:
    mine = Consultation.objects.asked_by(User(pk=person)).open().defer("search", "text")
    return mine.prefetch_related(
        Prefetch("specialist_sessions", SpecialistSession.objects.all()),
        Prefetch("referrals", Referral.objects.all()),
    ).order_by("-received_at", "-pk")[:MOST]


def is_acknowledged(consultation: Consultation) -> bool:
    """A mail with the number is on its way: not where there is no address, nor after many to the same one."""
    return OutgoingMail.objects.about(KIND, [consultation.pk]).filter(kind=RECEIVED).exists()
