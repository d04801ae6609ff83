"""What is written into a consultation: notes, talks, replies, messages of the person. Appended, never changed."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import files, steps
from consultations.actions.locking import lock, lock_to_work, lock_to_write, save_next, wrong_status
from consultations.emails import people as emails
from consultations.emails import staff
from consultations.models import Consultation, Entry
from consultations.queries.consultation_page import colleagues_for
from consultations.rules import deadlines, mentions
from kyodo import clock, text
from kyodo.files import Accepted, kept_with_rows

Kind = Entry.Kind
Status = Consultation.Status


def add_note(*, consultation: Consultation, note: str, by: User, accepted: Sequence[Accepted] = ()) -> Entry:
    """For staff alone: nothing mails it. Asks for no version, because it stands beside whatever others write.

    Colleagues whom it names (＠名前) are told that it is there.
    """
    _check_words(note, accepted)
    with kept_with_rows(), transaction.atomic():
        consultation = lock_to_write(consultation, by=by)
        entry = write(consultation, Kind.NOTE, note, by=by, accepted=accepted)
        called = mentions.mentioned(note, colleagues_for(consultation, by))
        if called:
            staff.mentioned(consultation, called, by)
        return entry


def log_talk(
    *,
    consultation: Consultation,
    channel: str,
    note: str,
    is_reached: bool,
    by: User,
    happened_at: datetime | None = None,
    minutes: int | None = None,
    next_step: str = "",
    follow_up_on: date | None = None,
) -> Entry:
    """A call, a visit, a letter: what was said, whether somebody was reached, and what comes next."""
    if channel not in Consultation.Channel.values:
        raise ValidationError(_("方法を選んでください。"), code="channel")
    _check_words(note)
    if happened_at is not None and happened_at > clock.now():
        raise ValidationError(_("これからの日時は、記録できません。"), code="future")
    with transaction.atomic():
        consultation = lock_to_write(consultation, by=by)
        deadlines.check_follow_up(follow_up_on, consultation.follow_up_on)
        entry = write(
            consultation,
            Kind.TALK,
            note,
            by=by,
            channel=channel,
            is_reached=is_reached,
            minutes=minutes,
            happened_at=happened_at,
        )
        if is_reached:
            mark_answered(consultation, entry.happened_at)
        if next_step.strip():
            consultation.next_step = next_step.strip()
        if follow_up_on is not None:
            consultation.follow_up_on = follow_up_on
        save_next(consultation)
    return entry


def reply(
    *,
    consultation: Consultation,
    version: int,
    message: str,
    by: User,
    accepted: Sequence[Accepted] = (),
    waits_for_answer: bool = False,
    copies_to: Sequence[str] = (),
) -> Entry:
    """Mail the person. Whoever answers first has it in hand from then on; the clock runs for the next step."""
    _check_words(message)
    with kept_with_rows(), transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if consultation.status == Status.CLOSED and consultation.anonymised_at:
            raise wrong_status(consultation)
        if not consultation.contact.can_be_mailed:
            raise ValidationError(
                _("この人にはメールを送れません。連絡先を確かめてください。"), code="no_mail"
            )
        entry = write(
            consultation, Kind.REPLY, message, by=by, channel=Consultation.Channel.MAIL, accepted=accepted
        )
        entry.mail = emails.reply(entry, copies_to)
        entry.save(update_fields=["mail"])
        mark_answered(consultation, entry.happened_at)
        save_next(consultation)
        steps.go_on_after_reply(consultation, by=by, waits_for_answer=waits_for_answer)
    return entry


def receive_message(
    *,
    consultation: Consultation,
    message: str,
    channel: str = Consultation.Channel.WEB,
    accepted: Sequence[Accepted] = (),
    happened_at: datetime | None = None,
) -> Entry:
    """The person writes: on their page, or by answering our mail. A duplicate passes it on to the one that goes on.

    No date that staff set is cancelled by it, whatever it says; a closed consultation asks to be reopened.
    """
    _check_words(message, accepted)
    with kept_with_rows(), transaction.atomic():
        written_in = consultation
        consultation = lock_the_one_that_goes_on(consultation)
        if consultation.anonymised_at:
            raise wrong_status(consultation)
        entry = write(
            consultation,
            Kind.MESSAGE,
            message,
            by=None,
            channel=channel,
            happened_at=happened_at,
            via=written_in if written_in.pk != consultation.pk else None,
            accepted=accepted,
        )
        consultation.unanswered_since = consultation.unanswered_since or clock.now()
        steps.ask_for_reopening(consultation)
        save_next(consultation)
        steps.go_on_after_answer(consultation, Consultation.WaitingFor.PERSON)
        staff.message_came(consultation)
    return entry


def mark_seen(*, consultation: Consultation, version: int, by: User) -> Consultation:
    """The new message needs no answer ("thank you"): it leaves the inbox; dates and clock stay as they are.

    Refused when another one came since: nobody has read that.
    """
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        consultation.unanswered_since = None
        save_next(consultation)
    return consultation


# ── What others write with ───────────────────────────────────────────────────────────────────────────────────────


def write(
    consultation: Consultation,
    kind: str,
    words: str,
    *,
    by: User | None,
    channel: str = "",
    happened_at: datetime | None = None,
    is_reached: bool | None = None,
    minutes: int | None = None,
    referral_id: int | None = None,
    via: Consultation | None = None,
    accepted: Sequence[Accepted] = (),
) -> Entry:
    """Append one entry to a locked consultation."""
    words = words.strip()
    entry = Entry.objects.create(
        consultation=consultation,
        kind=kind,
        channel=channel,
        text=words,
        by=by,
        office_id=by.ward_centre_id if by else consultation.ward_centre_id,
        referral_id=referral_id,
        via=via,
        happened_at=happened_at or clock.now(),
        is_reached=is_reached,
        minutes=minutes,
        search=text.vector(B=[words]),
    )
    files.attach(consultation, accepted, entry=entry)
    return entry


def mark_answered(consultation: Consultation, at: datetime) -> None:
    """The person has heard from us: the first answer counts once, and the next step is due from here.

    What is written down late, a talk of last week for instance, answers no message that came after it, and takes back
    no time that a later answer gave.
    """
    if consultation.unanswered_since is None or at >= consultation.unanswered_since:
        consultation.unanswered_since = None
    if consultation.first_answered_at is None:
        consultation.first_answered_at = max(at, consultation.received_at)
        consultation.first_answer_days = deadlines.days_between(
            consultation.received_at, consultation.first_answered_at
        )
    if consultation.due_at is not None:
        consultation.due_at = max(consultation.due_at, deadlines.due_after(at, deadlines.NEXT_STEP_DAYS))
        consultation.escalated_at = None
    elif consultation.status == Status.WAITING:
        # Answered while the clock stands: the next step has its whole time when it goes on.
        consultation.days_left = deadlines.NEXT_STEP_DAYS


class _Moved(Exception):
    """It became a duplicate in this very moment."""


def lock_the_one_that_goes_on(consultation: Consultation) -> Consultation:
    """The consultation, or the one it is a duplicate of. One row is locked, never two: whoever links a pair locks both
    in the order of their keys, and would wait for us while we wait for them."""
    while True:
        current = Consultation.objects.only("duplicate_of").get(pk=consultation.pk)
        with suppress(_Moved), transaction.atomic():
            locked = lock(current.duplicate_of or current)
            if locked.duplicate_of_id is not None:
                raise _Moved
            return locked


def _check_words(words: str, accepted: Sequence[Accepted] = ()) -> None:
    if not words.strip() and not accepted:
        raise ValidationError(_("内容を書いてください。"), code="empty")
    if len(words) > Entry.LONGEST:
        raise ValidationError(
            _("長すぎます。%(limit)s文字までで書いてください。"),
            code="too_long",
            params={"limit": Entry.LONGEST},
        )
