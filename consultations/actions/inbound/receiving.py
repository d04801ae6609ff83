"""A mail comes in. First it is written down as it is, then it is read and put where it belongs, or kept for staff.

Whichever way it came, a provider's webhook, a mailbox or a folder, it comes through `receive`.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from email.message import Message
from email.policy import compat32

from django.db import transaction

from consultations.actions.inbound import filing
from consultations.emails.about import KIND
from consultations.models import Consultation, InboundMail, InboundOriginal
from consultations.rules import addresses
from consultations.rules.inbound import parsing
from consultations.rules.inbound.parsing import Letter
from kyodo import clock
from kyodo.files import kept_with_rows
from kyodo.mail import delivery
from kyodo.mail.models import OutgoingMail

logger = logging.getLogger(__name__)
State = InboundMail.State
Why = InboundMail.Why

MOST_BYTES = 45 * 1024 * 1024
"""More than any provider passes on. Of a larger one the beginning is kept, which has its headers and mostly its text."""
BEGINNING = 512 * 1024
TRIED_AGAIN = timedelta(minutes=15)
WAITS_FOR_SCANNER = timedelta(minutes=10)
"""Longer than a scanner takes to start. After that, and before the last try, the words go in without the file."""


def receive(
    message: "bytes | Message[str, str]", *, sender: str | None = None, recipient: str | None = None
) -> InboundMail:
    """Take one mail in; the same one twice is one row. `sender` and `recipient` are those of the envelope, where known.

    Once this returns, the mail is in the database, read or not.
    """
    content = message if isinstance(message, bytes) else _written(message)
    content = parsing.with_envelope(content, sender=sender, recipient=recipient)
    inbound = _keep(content)
    return _try_to_sort_in(inbound)


def _written(message: "Message[str, str]") -> bytes:
    """Python can't write every mail that it has read; by its older rules it writes most."""
    for policy in (None, compat32):
        try:
            return message.as_bytes(policy=policy)
        except Exception:  # noqa: BLE001 - it raises as many kinds as there are odd headers
            logger.warning("A mail could not be written by one of Python's rules.", exc_info=True)
    return message.as_string(policy=compat32).encode("utf-8", "surrogateescape")


def read_again() -> int:
    """Mails whose reading was cut off by a restart, or put off while the scanner of files is away. Those that can't be read stay for staff."""
    cut_off = InboundMail.objects.queued().filter(
        why_queued=Why.UNREAD, received_at__gte=clock.now() - TRIED_AGAIN
    )
    for inbound in cut_off:
        _try_to_sort_in(inbound)
    return len(cut_off)


def _try_to_sort_in(inbound: InboundMail) -> InboundMail:
    try:
        return sort_in(inbound)
    except filing.ScannerIsAway:
        logger.warning("Mail %s waits for the scanner of its files.", inbound.pk)
    except Exception:
        # A fault of ours, or something no mail was ever seen to hold: staff find it in the queue and read the original.
        logger.exception("Mail %s could not be read.", inbound.pk)
    try:
        return _leave_with_its_office(inbound)
    except Exception:
        logger.exception("Mail %s does not even say for whom it is.", inbound.pk)
    return inbound


def _leave_with_its_office(inbound: InboundMail) -> InboundMail:
    """Not read, or not yet: by its address it belongs to whoever has that consultation in hand, and to nobody else."""
    with transaction.atomic():
        inbound = filing.lock(inbound)
        if inbound.state == State.QUEUED and inbound.why_queued == Why.UNREAD:
            inbound.about = _about(_named(parsing.recipients_of(bytes(inbound.original.content))))
            inbound.save(update_fields=["about"])
    return inbound


def _keep(content: bytes) -> InboundMail:
    size, is_too_big = len(content), len(content) > MOST_BYTES
    content = content[:BEGINNING] if is_too_big else content
    with transaction.atomic(durable=True):
        inbound, is_new = InboundMail.objects.get_or_create(
            message_id=parsing.key_of(content), defaults={"why_queued": Why.UNREAD, "size": size}
        )
        if is_new:
            InboundOriginal.objects.create(inbound=inbound, content=content)
    return inbound


def sort_in(inbound: InboundMail) -> InboundMail:
    """Read a mail that was kept, and put it where it belongs. Harmless when somebody else has done so."""
    with kept_with_rows(), transaction.atomic():
        inbound = filing.lock(inbound)
        if inbound.state != State.QUEUED or inbound.why_queued != Why.UNREAD:
            return inbound
        letter = filing.read(inbound)
        came_back = delivery.take_report(bytes(inbound.original.content))
        named = _named(letter.recipients)
        inbound.sender, inbound.subject, inbound.text = letter.sender, letter.subject, letter.text
        inbound.recipient = next(iter(letter.recipients), "")
        inbound.about = _about(named)
        inbound.why_queued = _why_not(inbound, letter, named)
        if came_back:
            _lay_aside(inbound, letter, came_back)
        elif inbound.why_queued:
            inbound.state = State.IGNORED if _is_noise(inbound, letter) else State.QUEUED
            filing.keep_files(inbound, letter.parts)
            inbound.save()
        else:
            is_fresh = clock.now() - inbound.received_at < WAITS_FOR_SCANNER
            filing.put(inbound, named[0], letter, waits_for_scanner=is_fresh)
    return inbound


def _lay_aside(inbound: InboundMail, letter: Letter, came_back: OutgoingMail) -> None:
    """The report is told of where its mail stands. It is kept, and seen by whoever sees the consultation."""
    if came_back.about_kind == KIND:
        inbound.about = Consultation.objects.filter(pk=came_back.about_id or 0).first()
    inbound.state, inbound.why_queued = State.IGNORED, Why.BOUNCE
    filing.keep_files(inbound, letter.parts)
    inbound.save()


def _why_not(inbound: InboundMail, letter: Letter, named: list[Consultation]) -> str:
    """Why it can't go straight into a consultation; empty when it can."""
    if inbound.size > MOST_BYTES:
        return Why.TOO_BIG
    if letter.nature:
        return letter.nature
    if not named:
        return Why.UNKNOWN
    if len(named) > 1:
        return Why.SEVERAL
    if filing.goes_on(named[0]).anonymised_at:
        return Why.ANONYMISED
    is_known = filing.is_known(letter.sender, named[0])
    is_doubtful = letter.sounds_automatic or (letter.is_doubtful and not is_known)
    return Why.AUTOMATIC if is_doubtful else ""


def _about(named: list[Consultation]) -> Consultation | None:
    """Of several the first, where all lie with one ward centre: the centre must not read what belongs there. Else the one
    that a colleague is kept out of, who must not read it either."""
    go_on = [filing.goes_on(one) for one in named]
    offices = {one.ward_centre_id for one in go_on}
    is_one_wards = len(offices) == 1 and None not in offices
    if len(named) == 1 or is_one_wards:
        return named[0]
    return next((one for one in go_on if one.ward_centre_id is None and one.lock_outs.exists()), None)


def _is_noise(inbound: InboundMail, letter: Letter) -> bool:
    """What concerns nobody: our own mail come back, and machines that answer no consultation of ours."""
    return letter.nature == Why.LOOP or (letter.nature == Why.AUTOMATIC and inbound.about is None)


def _named(recipients: Iterable[str]) -> list[Consultation]:
    """The consultations that its signed addresses name; one and its duplicate are one."""
    answered = [delivery.answers_go_to(address) for address in recipients]
    references = {addresses.reference_in(address) for address in answered} - {None}
    found = (
        Consultation.objects.filter(reference__in=references).select_related("duplicate_of").order_by("pk")
    )
    return list({filing.goes_on(one).pk: one for one in found}.values())
