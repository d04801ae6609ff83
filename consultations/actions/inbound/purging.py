"""Mails are emptied after a time; what became a message in a consultation stays there by the consultation's own rule."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from consultations.actions.inbound import filing
from consultations.models import Consultation, InboundMail, InboundOriginal
from kyodo import clock


def purge(*, before: datetime) -> int:
    """Empty what came before, but for what still waits in the queue. Returns how many."""
    old = InboundMail.objects.filter(received_at__lt=before, purged_at__isnull=True)
    return _empty(old.exclude(state=InboundMail.State.QUEUED))


def forget_consultations(consultations: Iterable[Consultation]) -> int:
    """A consultation is anonymised: the mails that lie in it, or wait for it, are emptied at once."""
    return _empty(InboundMail.objects.filter(about__in=consultations, purged_at__isnull=True))


def _empty(mails: "Iterable[InboundMail]") -> int:
    emptied = 0
    for mail in mails:
        with transaction.atomic():
            inbound = filing.lock(mail)
            filing.drop_files(inbound)
            InboundOriginal.objects.filter(pk=inbound.pk).delete()
            inbound.text = inbound.subject = inbound.sender = inbound.recipient = inbound.reason = ""
            inbound.message_id = f"purged {inbound.pk}"
            inbound.purged_at = clock.now()
            inbound.save()
        emptied += 1
    return emptied
