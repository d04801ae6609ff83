"""What the clock looks for."""

from datetime import datetime

from django.db.models import F, Q, QuerySet

from consultations.models import Consultation, Referral
from kyodo import clock


def to_escalate(at: datetime) -> "QuerySet[Consultation]":
    """The centre's own whose time is over, and of which managers were not told since. A new deadline is a new one.

    Ward centres look after theirs themselves: no manager of the centre may see them.
    """
    return (
        Consultation.objects.open()
        .filter(ward_centre__isnull=True, due_at__lt=at)
        .filter(Q(escalated_at__isnull=True) | Q(escalated_at__lt=F("due_at")))
        .order_by("due_at", "pk")
    )


def silent_referrals() -> "QuerySet[Referral]":
    """Those whose time to answer is over; the action looks at each again under its lock."""
    return (
        Referral.objects.all()
        .open()
        .filter(answer_until__lte=clock.now())
        .exclude(status=Referral.Status.ACCEPTED, to_kind__in=Referral.OFFICES)
        .order_by("answer_until", "pk")
    )
