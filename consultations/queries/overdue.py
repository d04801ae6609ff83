"""What the clock looks for."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q, QuerySet

from consultations.models import Consultation, Referral
from consultations.rules import referrals
from kyodo import clock


def to_escalate(at: datetime, *, offices: Collection[int | None]) -> "QuerySet[Consultation]":
    """Those in the hand of these offices whose time is over, and of which their people were not told since. A new
    deadline is a new one. None is the centre."""
    in_hand = Q(ward_centre__in=[one for one in offices if one is not None])
    if None in offices:
        in_hand |= Q(ward_centre__isnull=True)
    return (
        Consultation.objects.open()
        .filter(in_hand, due_at__lt=at)
        .filter(Q(escalated_at__isnull=True) | Q(escalated_at__lt=F("due_at")))
        .order_by("due_at", "pk")
    )


def silent_referrals() -> "QuerySet[Referral]":
    """Those that rules.referrals.is_silent means; the action looks at each again under its lock."""
    now = clock.now()
    taken_on = Q(status=Referral.Status.ACCEPTED, to_kind__in=Referral.OFFICES)
    before = referrals.lapses_before(now)
    lapsed = Q(consultation__closed_at__lte=before) & (
        Q(answered_at__isnull=True) | Q(answered_at__lte=before)
    )
    return (
        Referral.objects.all()
        .open()
        .filter(~taken_on & Q(answer_until__lte=now) | taken_on & lapsed)
        .order_by("answer_until", "pk")
    )
