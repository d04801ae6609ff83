"""To whoever has a consultation in hand: a mail about it did not arrive. Its reference and why, nothing of the case."""

from django.conf import settings
from django.urls import reverse

from consultations.emails import offices, staff
from consultations.emails.about import about
from consultations.models import Consultation
from kyodo.mail.actions import queue_template
from kyodo.mail.models import OutgoingMail

KIND = "consultations/undelivered"


def tell(consultation: Consultation, mail: OutgoingMail) -> None:
    """The assignee, in the way they chose; the office where there is none."""
    person = consultation.assignee
    if person and offices.works_there(person, consultation.ward_centre_id, consultation):
        staff.did_not_arrive(consultation)
        return
    path = _path(consultation)
    for address in _without(offices.addresses(consultation.ward_centre, consultation), mail.to):
        queue_template(
            to=address,
            kind=KIND,
            context={
                "consultation": consultation,
                "reason": mail.get_delivery_reason_display(),
                "is_to_person": _is_to_person(consultation, mail),
                "url": settings.BASE_URL + path,
            },
            **about(consultation, path),
        )


def _without(addresses: list[str], unreachable: str) -> list[str]:
    return [address for address in addresses if address.lower() != unreachable.lower()]


def _path(consultation: Consultation) -> str:
    """At the door of whoever has it in hand."""
    if consultation.ward_centre_id:
        return reverse("ward_consultation", args=[consultation.reference])
    return reverse("admin:consultations_consultation_change", args=[consultation.pk])


def _is_to_person(consultation: Consultation, mail: OutgoingMail) -> bool:
    contact = getattr(consultation, "contact", None)
    return contact is not None and contact.email.lower() == mail.to.lower()
