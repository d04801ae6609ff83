"""What is of no use any longer goes: codes that open nothing, and the marks of who was looking."""

from datetime import timedelta

from consultations.models import PageCode, Presence
from kyodo import clock

CODES_KEPT = timedelta(days=1)
"""Beyond their time, so that whoever counts codes a day still sees them."""
PRESENCE_KEPT = timedelta(days=1)


def forget_codes() -> int:
    return PageCode.objects.filter(expires_at__lt=clock.now() - CODES_KEPT).delete()[0]


def forget_presence() -> int:
    return Presence.objects.filter(seen_at__lt=clock.now() - PRESENCE_KEPT).delete()[0]
