"""To a colleague whom a note names: that somebody asks them to look. The note itself stays where reading is written down."""

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from consultations.emails.about import about
from consultations.models import Entry
from kyodo.mail.actions import queue_template


def tell(entry: Entry, colleague: User) -> None:
    consultation = entry.consultation
    if colleague.is_ward_officer:
        path = reverse("ward_consultation", args=[consultation.reference])
    else:
        path = reverse("admin:consultations_consultation_change", args=[consultation.pk])
    queue_template(
        to=colleague.email,
        kind="consultations/mention",
        context={
            "consultation": consultation,
            "writer": entry.by,
            "colleague": colleague,
            "url": f"{settings.BASE_URL}{path}#timeline",
        },
        **about(consultation, path),
    )
