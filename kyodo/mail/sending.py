"""Sending one mail: claim it under a lock and commit, hand it over once, record what became of it.

Between handing over and recording lies the only moment where nobody can know. A sender that dies there leaves the mail
as `sending`; after LONGEST_SENDING it shows as failed and uncertain, and staff decide.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import gettext as _

from kyodo import clock
from kyodo.mail import delivery, transport
from kyodo.mail.composing import compose
from kyodo.mail.models import MailAttachment, OutgoingMail
from kyodo.mail.transport import Outcome

logger = logging.getLogger(__name__)
State = OutgoingMail.State

# Pauses before the second, third ... try: about a day and a half in all.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 720))
ATTEMPTS = len(PAUSES) + 1
RECORD_TRIES = 8


def send(mail_id: int) -> datetime | None:
    """Send this mail if it is due and nobody else does. Returns when to try again, if it has to."""
    mail = _claim(mail_id)
    if mail is None:
        return None
    outcome = transport.deliver(compose(mail))
    return _insist(lambda: _record(mail, outcome))


def _claim(mail_id: int) -> OutgoingMail | None:
    """Committed before anything leaves, so that a second worker, or this one after a crash, finds it taken."""
    with transaction.atomic():
        mail = OutgoingMail.objects.due().select_for_update(skip_locked=True).filter(pk=mail_id).first()
        if mail is None:
            return None
        mail.state = State.SENDING
        mail.attempts += 1
        mail.attempts_left = max(0, mail.attempts_left - 1)
        mail.next_attempt_at = None
        mail.claimed_at = clock.now()
        mail.save(update_fields=["state", "attempts", "attempts_left", "next_attempt_at", "claimed_at"])
    return mail


def _record(mail: OutgoingMail, outcome: Outcome) -> datetime | None:
    """Only for this very attempt: staff may have sent the mail again meanwhile."""
    retry_at = None
    changes: dict[str, object] = {"last_error": outcome.error, "is_uncertain": outcome.is_uncertain}
    if outcome.is_sent:
        changes |= {"state": State.SENT, "sent_at": clock.now(), "provider_id": outcome.provider_id[:200]}
        if mail.is_private and settings.PRODUCTION:
            changes |= {"body": "", "html": "", "purged_at": clock.now()}
    elif outcome.is_passing and mail.attempts_left:
        # Counted by what is left: a mail that staff send again begins with the short pauses again.
        retry_at = clock.now() + PAUSES[ATTEMPTS - 1 - mail.attempts_left]
        changes |= {"state": State.WAITING, "next_attempt_at": retry_at}
    else:
        changes |= {"state": State.FAILED}
        logger.error("Mail %s failed for good.", mail.pk)
    # Flagged as stuck meanwhile, it is failed; now we know better.
    mine = OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts)
    with transaction.atomic():
        is_recorded = mine.filter(state__in=(State.SENDING, State.FAILED)).update(**changes)
        if is_recorded and changes.get("state") == State.FAILED and not outcome.is_uncertain:
            delivery.mark_undelivered(mail_key=mail.pk, words=outcome.error)
    return retry_at


def _insist(record: Callable[[], datetime | None]) -> datetime | None:
    """The mail is out: a database that restarts right now must not make it look unsent."""
    for attempt in range(RECORD_TRIES):
        try:
            return record()
        except (OperationalError, InterfaceError):
            if attempt == RECORD_TRIES - 1 or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(0.25 * 2**attempt)
    return None


def flag_stuck() -> int:
    """Mails whose sender died on the way: failed, for staff to decide."""
    return OutgoingMail.objects.stuck().update(
        state=State.FAILED,
        is_uncertain=True,
        last_error=_(
            "送信の途中で止まりました。届いたかもしれません。届いていないことを確かめてから、もう一度送ってください。"
        ),
    )


def purge(*, bodies_before: datetime, rows_before: datetime) -> tuple[int, int]:
    """Empty old bodies, delete very old rows; what still waits stays."""
    done = OutgoingMail.objects.filter(state__in=(State.SENT, State.FAILED, State.ABORTED))
    old = done.filter(created_at__lt=bodies_before, purged_at__isnull=True)
    MailAttachment.objects.filter(mail__in=old).delete()
    emptied = old.update(body="", html="", purged_at=clock.now())
    deleted, _by_model = done.filter(created_at__lt=rows_before).delete()
    return emptied, deleted
