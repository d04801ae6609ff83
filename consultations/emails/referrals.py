"""Mails about referrals: to offices a link to their desk, to partners the address of their page. No case text."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from consultations import calendar
from consultations.emails import offices, people
from consultations.emails.about import about
from consultations.models import Referral
from consultations.rules.addresses import reply_address
from kyodo.mail.actions import Attachment, queue_template

TALK_LASTS = timedelta(hours=1)


def sent_to_office(referral: Referral) -> None:
    _tell_receiver(referral, "referral_sent")


def withdrawn(referral: Referral) -> None:
    _tell_receiver(referral, "referral_withdrawn")


def answered(referral: Referral) -> None:
    _tell_sender(referral, "referral_answered")


def finished(referral: Referral) -> None:
    _tell_sender(referral, "referral_finished")


def expired(referral: Referral) -> None:
    _tell_sender(referral, "referral_expired")


def meeting_fixed(referral: Referral) -> None:
    """To both offices and to whoever asked, each with the entry for their calendar."""
    _tell_both(referral, "referral_meeting")
    _tell_person(referral, "person_meeting")


def meeting_cancelled(referral: Referral) -> None:
    """The entry goes from all their calendars again."""
    _tell_both(referral, "referral_meeting_cancelled")
    _tell_person(referral, "person_meeting_cancelled")


def link_for_partner(referral: Referral, token: str) -> None:
    """The token stands in this mail alone: staff do not see its text, and it is emptied once it is sent."""
    url = settings.BASE_URL + reverse("consultation_answer", args=[token])
    _queue(referral, [referral.to_email], "referral_link", url, is_private=True)


def receiver_addresses(referral: Referral) -> list[str]:
    """Who is told when it is sent; the page shows them before."""
    if referral.to_kind in Referral.OFFICES:
        return offices.addresses(referral.to_ward_centre, referral.consultation)
    return [referral.to_email] if referral.to_email else []


def sender_addresses(referral: Referral) -> list[str]:
    """Whoever sent it; once they have left the office or may not see it, the office itself."""
    person = referral.sent_by
    if offices.works_there(person, referral.from_ward_centre_id, referral.consultation):
        return [person.email]
    return offices.addresses(referral.from_ward_centre, referral.consultation)


def person_address(referral: Referral) -> str:
    """Where whoever asked hears of the time; empty where they may not be mailed, or do not know of the referral."""
    contact = referral.consultation.contact
    return contact.email if contact.can_be_mailed and not referral.is_without_consent else ""


def desk(referral: Referral, office: int | None) -> str:
    """Where an office looks at it: the ward centre's desk, or the centre's own page."""
    view = "ward_referral" if office else "admin:consultations_referral_page"
    return settings.BASE_URL + reverse(view, args=[referral.pk])


def _tell_receiver(referral: Referral, template: str) -> None:
    url = desk(referral, referral.to_ward_centre_id)
    _queue(referral, receiver_addresses(referral), template, url)


def _tell_sender(referral: Referral, template: str) -> None:
    url = desk(referral, referral.from_ward_centre_id)
    _queue(referral, sender_addresses(referral), template, url)


def _tell_both(referral: Referral, template: str) -> None:
    ends = (
        (sender_addresses(referral), referral.from_ward_centre_id),
        (receiver_addresses(referral), referral.to_ward_centre_id),
    )
    for addresses, office in ends:
        entry = _entry(referral, addresses)
        _queue(referral, addresses, template, desk(referral, office), attachment=entry)


def _tell_person(referral: Referral, template: str) -> None:
    """They are to come: a time agreed between two offices alone would find nobody there."""
    to, consultation = person_address(referral), referral.consultation
    if not to:
        return
    entry = _entry(referral, [to])
    queue_template(
        to=to,
        kind=f"consultations/{template}",
        context={
            "referral": referral,
            "reference": consultation.reference,
            "name": consultation.contact.name,
            "url": people.page(consultation),
        },
        attachments=[entry] if entry else [],
        reply_to=reply_address(consultation),
        **about(consultation),
    )


def _entry(referral: Referral, attendees: list[str]) -> Attachment | None:
    if referral.meets_at is None:
        return None
    talk = calendar.Talk(
        key=f"referral-{referral.pk}",
        sequence=referral.calendar_sequence,
        begins_at=referral.meets_at,
        ends_at=referral.meets_at + TALK_LASTS,
        summary=_("相談の同席（%(sender)s・%(receiver)s）")
        % {"sender": referral.from_name, "receiver": referral.to_name},
        location=referral.from_name,
        description=_("受付番号 %(reference)s") % {"reference": referral.consultation.reference},
        is_cancelled=referral.status != Referral.Status.ACCEPTED,
    )
    return calendar.mailed(talk, attendees)


def _queue(
    referral: Referral,
    addresses: list[str],
    template: str,
    url: str,
    *,
    is_private: bool = False,
    attachment: Attachment | None = None,
) -> None:
    """One mail each: who works in an office is nobody else's business."""
    for address in addresses:
        queue_template(
            to=address,
            kind=f"consultations/{template}",
            context={"referral": referral, "reference": referral.consultation.reference, "url": url},
            attachments=[attachment] if attachment else [],
            **about(referral.consultation),
            is_private=is_private,
        )
