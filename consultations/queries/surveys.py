from django.db.models import Exists, OuterRef, QuerySet

from consultations.models import Consultation, Survey
from consultations.rules import surveys as rules
from kyodo import clock


def to_ask() -> "QuerySet[Consultation]":
    """Those that may be due to be asked; the action looks at each again under its lock."""
    now = clock.now()
    asked = Survey.objects.filter(consultation=OuterRef("pk"), closed_at=OuterRef("closed_at"))
    return (
        Consultation.objects.filter(
            closed_at__range=(now - rules.ASKED_WITHIN, now - rules.ASKED_AFTER),
            anonymised_at__isnull=True,
            reopening_asked_at__isnull=True,
            contact__may_mail=True,
        )
        .exclude(contact__email="")
        .exclude(outcome__in=rules.NOT_ASKED)
        .exclude(Exists(asked))
        .defer("search", "text", "outcome_text")
        .order_by("pk")
    )
