"""Mend what a consultation says of itself, and how to reach the person. History keeps what stood there before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from consultations.actions import page_codes
from consultations.actions.intake import ContactDetails, contact_columns
from consultations.actions.locking import lock_to_work, save_next, wrong_status
from consultations.models import Consultation, Contact
from consultations.rules import deadlines, rights
from kyodo import text
from kyodo.centre.models import ActivityField, Ward


@dataclass(frozen=True)
class Facts:
    """What staff may set right. The person's own words are not among them."""

    subject: str
    kind: str
    audience: str
    wish: str
    fields: Sequence[ActivityField] = ()
    ward: Ward | None = None
    group: Group | None = None
    next_step: str = ""
    follow_up_on: date | None = None


def edit(*, consultation: Consultation, version: int, facts: Facts, by: User) -> Consultation:
    if not facts.subject.strip():
        raise ValidationError(_("件名を書いてください。"), code="subject")
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if consultation.anonymised_at:
            raise wrong_status(consultation)
        deadlines.check_follow_up(facts.follow_up_on, consultation.follow_up_on)
        consultation.subject = facts.subject.strip()
        consultation.kind, consultation.audience, consultation.wish = facts.kind, facts.audience, facts.wish
        consultation.ward, consultation.group = facts.ward, facts.group
        consultation.next_step = facts.next_step.strip()
        consultation.follow_up_on = facts.follow_up_on
        consultation.search = text.vector(A=[consultation.subject], B=[consultation.text])
        consultation.fields.set(facts.fields)
        save_next(consultation)
    return consultation


def edit_contact(
    *, consultation: Consultation, version: int, contact: ContactDetails, by: User
) -> Consultation:
    """Under the consultation's version: whoever is writing a reply to the old address is told."""
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if not rights.can_edit_contact(by, consultation):
            raise PermissionDenied
        if consultation.anonymised_at or consultation.contact.anonymised_at:
            raise wrong_status(consultation)
        row = Contact.objects.select_for_update(no_key=True).get(consultation=consultation)
        before = row.email
        for name, value in contact_columns(contact).items():
            setattr(row, name, value)
        row.save()
        if not row.can_be_mailed or row.email.lower() != before.lower():
            page_codes.expire(consultation)
        save_next(consultation)
    return consultation
