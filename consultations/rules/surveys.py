"""Who is asked how it went, when, and by which address (アンケート)."""

from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db.models import Q

from consultations.models import Consultation, Survey

Outcome = Consultation.Outcome

ASKED_AFTER = timedelta(days=14)
ASKED_WITHIN = timedelta(days=44)
"""After a longer standstill of the site nobody is asked about what they have forgotten."""
OPEN_FOR = timedelta(days=60)
NOT_ASKED = (Outcome.WITHDRAWN, Outcome.DUPLICATE, Outcome.UNREACHED)
SALT = "consultations.survey"


def is_asked(consultation: Consultation, at: datetime) -> bool:
    """Closed for two weeks, may be mailed, and nothing new has come since; asked once for each closing."""
    return (
        consultation.closed_at is not None
        and at - ASKED_WITHIN <= consultation.closed_at <= at - ASKED_AFTER
        and consultation.outcome not in NOT_ASKED
        and consultation.anonymised_at is None
        and consultation.reopening_asked_at is None
        and hasattr(consultation, "contact")
        and consultation.contact.can_be_mailed
        and not consultation.surveys.filter(closed_at=consultation.closed_at).exists()
    )


def token_of(survey: Survey) -> str:
    """Without the running key: two of them would tell how many are asked in between."""
    closed_at = survey.closed_at.astimezone(UTC).isoformat()
    return signing.dumps([survey.consultation.reference, closed_at], salt=SALT)


def survey_in(token: str) -> Q | None:
    """Which survey an address of ours is for; None when it is not ours. Raises SignatureExpired after its time."""
    try:
        found = signing.loads(token, salt=SALT, max_age=OPEN_FOR)
    except signing.SignatureExpired:
        raise
    except signing.BadSignature:
        return None
    if not isinstance(found, list):
        return None
    reference, closed_at = found
    return Q(consultation__reference=reference, closed_at=datetime.fromisoformat(closed_at))
