"""The mail that asks how it went. Nothing of the consultation is in it but its reference and its date."""

from django.conf import settings
from django.urls import reverse

from consultations.emails.about import about
from consultations.models import Survey
from consultations.rules import surveys as rules
from kyodo.mail.actions import queue_template
from kyodo.mail.models import OutgoingMail


def ask(survey: Survey) -> OutgoingMail:
    """Private: whoever reads the address could answer in the person's place."""
    consultation = survey.consultation
    return queue_template(
        to=consultation.contact.email,
        kind="consultations/survey",
        context={
            "consultation": consultation,
            "name": consultation.contact.name,
            "url": settings.BASE_URL + reverse("consultation_survey", args=[rules.token_of(survey)]),
            "days": rules.OPEN_FOR.days,
        },
        **about(consultation),
        is_private=True,
        key=f"survey:{survey.pk}",
    )
