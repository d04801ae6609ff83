"""A list of consultations among which some may be seen, but not read."""

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import User
from consultations.models import Access, Consultation


def with_facts(consultations: QuerySet[Consultation], user: User) -> QuerySet[Consultation]:
    """Each with how much the office sees of it (`level`); the long texts stay in the database."""
    own = Access.objects.of_office(user.ward_centre_id).filter(consultation=OuterRef("pk"))
    return (
        consultations.select_related("ward", "assignee")
        .annotate(level=Subquery(own.values("level")[:1]))
        .defer("search", "text", "outcome_text")
    )


def is_readable(consultation: Consultation) -> bool:
    return getattr(consultation, "level", None) in Access.READS
