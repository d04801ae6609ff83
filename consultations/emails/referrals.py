"""Mails about referrals: to offices a link to their desk, to partners the address of their page. No case text."""

from django.conf import settings
from django.urls import reverse

from consultations.models import Referral
from kyodo.centre.queries import current_centre
from kyodo.mail.actions import queue_template


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


def link_for_partner(referral: Referral, token: str) -> None:
    """The token stands in this mail alone: staff do not see its text, and it is emptied once it is sent."""
    _queue(
        referral,
        referral.to_email,
        "referral_link",
        settings.BASE_URL + reverse("consultation_answer", args=[token]),
        is_private=True,
    )


def _tell_receiver(referral: Referral, template: str) -> None:
    if referral.to_kind not in Referral.OFFICES:
        address = referral.to_email
    elif referral.to_ward_centre:
        address = referral.to_ward_centre.email
    else:
        address = current_centre().email
    _queue(referral, address, template, desk(referral, referral.to_ward_centre_id))


def _tell_sender(referral: Referral, template: str) -> None:
    """The person who sent it; their office reads it at the desk as well."""
    _queue(referral, referral.sent_by.email, template, desk(referral, referral.from_ward_centre_id))


def desk(referral: Referral, office: int | None) -> str:
    """Where an office looks at it: the ward centre's desk, or the centre's own page."""
    view = "ward_referral" if office else "admin:consultations_referral_page"
    return settings.BASE_URL + reverse(view, args=[referral.pk])


def _queue(referral: Referral, to: str, template: str, url: str, *, is_private: bool = False) -> None:
    """An office without an address finds it at its desk."""
    if not to:
        return
    queue_template(
        to=to,
        kind=f"consultations/{template}",
        context={"referral": referral, "reference": referral.consultation.reference, "url": url},
        about_label=str(referral.consultation),
        about_url=referral.consultation.get_absolute_url(),
        is_private=is_private,
    )
