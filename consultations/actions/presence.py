"""Who is looking at a consultation just now (いま見ている人): told to colleagues, stops nobody, forgotten after a minute."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import User
from consultations.models import Consultation, Presence
from consultations.rules import rights
from kyodo import clock

FORGOTTEN_AFTER = timedelta(seconds=60)


def beat(*, consultation: Consultation, is_writing: bool, by: User) -> None:
    """Still here. Without the consultation's lock: a sign of life waits for nobody and holds nobody up."""
    if not rights.can_read(by, consultation):
        raise PermissionDenied
    now = clock.now()
    with transaction.atomic():
        gone = Presence.objects.filter(consultation=consultation, seen_at__lt=now - FORGOTTEN_AFTER)
        gone.delete()
        Presence.objects.update_or_create(
            consultation=consultation,
            user=by,
            defaults={"seen_at": now, "is_writing": is_writing},
            create_defaults={"since": now, "seen_at": now, "is_writing": is_writing},
        )


def leave(*, consultation: Consultation, by: User) -> None:
    Presence.objects.filter(consultation=consultation, user=by).delete()
