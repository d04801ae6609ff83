"""To whoever has a consultation in hand: a mail about it did not arrive. Its reference and why, nothing of the case."""

from django.conf import settings
from django.urls import reverse

from consultations.emails import offices
from consultations.emails.about import about
from consultations.models import Consultation
from kyodo.mail.actions import queue_template
from kyodo.mail.models import OutgoingMail

KIND = "consultations/undelivered"


def tell(consultation: Consultation, mail: OutgoingMail) -> None:
    """To the assignee; the office where there is none, or where it is the assignee's own address that does not work."""
    person = consultation.assignee
    office = consultation.ward_centre
    is_theirs = person and offices.works_there(person, consultation.ward_centre_id, consultation)
    addresses = [person.email] if person and is_theirs else []
    addresses = _without(addresses, mail.to) or _without(offices.addresses(office, consultation), mail.to)
    path = _path(consultation)
    for address in addresses:
        queue_template(
            to=address,
            kind=KIND,
            context={
                "consultation": consultation,
                "reason": mail.get_delivery_reason_display(),
                "is_to_person": _is_to_person(consultation, mail),
                "url": settings.BASE_URL + path,
            },
            key=f"undelivered:{mail.pk}:{mail.message_id}:{address.lower()}"[:200],
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
