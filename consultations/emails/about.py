"""What every mail about a consultation carries: whose it is, and where its text stands."""

from typing import TypedDict

from consultations.models import Consultation

KIND = "consultation"


class About(TypedDict):
    about_kind: str
    about_id: int
    about_label: str
    about_url: str


def about(consultation: Consultation, url: str = "") -> About:
    return {
        "about_kind": KIND,
        "about_id": consultation.pk,
        "about_label": str(consultation),
        "about_url": url or consultation.get_absolute_url(),
    }
