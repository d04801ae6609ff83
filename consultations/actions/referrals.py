"""Every step of a referral after it was sent. The consultation's row is locked first, then the referral's: one order for all."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import access, following, sessions, steps
from consultations.actions.locking import lock
from consultations.emails import referrals as emails
from consultations.models import Consultation, Referral
from consultations.rules import referrals as rules
from kyodo import clock

To = Referral.To
Status = Referral.Status


def accept(
    *, referral: Referral, by: User | None, answer: str = "", meets_at: datetime | None = None
) -> Referral:
    """Take it on: from now on the receiver reads everything; a transfer changes hands. None: a partner by link."""
    _check_length(answer)
    with transaction.atomic():
        referral = lock_referral(referral)
        _check_receiver(referral, by)
        _check_edge(referral, Status.ACCEPTED)
        consultation = referral.consultation
        _answer(referral, Status.ACCEPTED, by, answer)
        if referral.to_kind in Referral.OFFICES:
            referral.assignee = by
        if meets_at is not None:
            _set_meeting(referral, meets_at)
        if referral.kind == Referral.Kind.TRANSFER and by is not None:
            # The hand-over is what was asked for: with it the referral is done, and its outcome is the consultation's.
            _end(referral, Consultation.Outcome.PASSED_ON, _("引き継ぎました。"))
            steps.hand_over(consultation, referral.to_ward_centre_id, by=by)
        referral.save()
        access.refresh(consultation)
        following.accepted(referral, by=by)
        emails.answered(referral)
        if referral.meets_at:
            emails.meeting_fixed(referral)
    return referral


def assign(*, referral: Referral, to: User, by: User) -> Referral:
    """Somebody else of the office that took it on sees to it from now on."""
    with transaction.atomic():
        referral = lock_referral(referral)
        if not rules.can_assign(by, referral):
            raise PermissionDenied
        if not rules.is_receiver(to, referral):
            raise ValidationError(_("この人には担当を頼めません。"), code="assignee")
        referral.assignee = to
        referral.save()
    return referral


def fix_meeting(*, referral: Referral, meets_at: datetime, by: User) -> Referral:
    """Agree on the time of a joint session, or on another one: both offices get it for their calendars."""
    with transaction.atomic():
        referral = lock_referral(referral)
        if not (rules.is_receiver(by, referral) or rules.is_sender(by, referral)):
            raise PermissionDenied
        if not rules.can_fix_time(by, referral):
            raise _wrong_status(referral)
        before = referral.meets_at
        _set_meeting(referral, meets_at)
        referral.save()
        if referral.meets_at != before:
            emails.meeting_fixed(referral)
    return referral


def decline(*, referral: Referral, by: User | None, reason: str) -> Referral:
    """Say no, with the reason; the sender has it in hand again."""
    if not reason.strip():
        raise ValidationError(_("引き受けられない理由を書いてください。"), code="reason")
    _check_length(reason)
    with transaction.atomic():
        referral = lock_referral(referral)
        _check_receiver(referral, by)
        _check_edge(referral, Status.DECLINED)
        _answer(referral, Status.DECLINED, by, reason)
        referral.save()
        following.ended(referral, by=by)
        _give_back(referral)
        emails.answered(referral)
    return referral


def finish(*, referral: Referral, by: User | None, outcome: str, outcome_text: str) -> Referral:
    """Tell the sender what became of it."""
    if outcome not in Consultation.Outcome.values:
        raise ValidationError(_("結果を選んでください。"), code="outcome")
    if not outcome_text.strip():
        raise ValidationError(_("その後のようすを書いてください。"), code="outcome_text")
    _check_length(outcome_text)
    with transaction.atomic():
        referral = lock_referral(referral)
        _check_receiver(referral, by)
        _check_edge(referral, Status.DONE)
        following.check_may_finish(referral)
        _end(referral, outcome, outcome_text)
        referral.save()
        following.ended(referral, by=by)
        _give_back(referral)
        emails.finished(referral)
    return referral


def withdraw(*, referral: Referral, by: User) -> Referral:
    """Take it back, before or after it was accepted; the receiver no longer sees anything of it but that it was."""
    with transaction.atomic():
        referral = lock_referral(referral)
        if not rules.is_sender(by, referral):
            raise PermissionDenied
        _check_edge(referral, Status.WITHDRAWN)
        _take_back(referral, by=by)
    return referral


def withdraw_all(consultation: Consultation) -> None:
    """The person took the consultation back: nobody is asked any longer. Under the consultation's lock."""
    sessions.cancel_all(consultation)
    for referral in consultation.referrals.all().open().order_by("pk"):
        referral.consultation = consultation
        _take_back(referral, by=None)


def expire(*, referral: Referral) -> Referral:
    """Nobody answered in time: back to the sender, who decides. Called by the clock; harmless when it came too late.

    Nobody has anything to decide about one that is closed: it ends without a mail, and its history says when.
    """
    with transaction.atomic():
        referral = lock_referral(referral)
        if not rules.is_silent(referral, clock.now()):
            return referral
        referral.status = Status.EXPIRED
        referral.save()
        following.ended(referral, by=None)
        _give_back(referral)
        if referral.consultation.is_open:
            emails.expired(referral)
    return referral


def lock_referral(referral: Referral) -> Referral:
    """The consultation's row, then the referral's, read anew; `referral.consultation` is the locked one."""
    consultation = lock(referral.consultation)
    referral = Referral.objects.select_for_update(of=("self",), no_key=True).get(pk=referral.pk)
    referral.consultation = consultation
    return referral


# ── What the steps share ─────────────────────────────────────────────────────────────────────────────────────────


def _answer(referral: Referral, status: str, by: User | None, words: str) -> None:
    referral.status = status
    referral.answered_at, referral.answered_by = clock.now(), by
    referral.answer_text = words.strip()


def _end(referral: Referral, outcome: str, outcome_text: str) -> None:
    referral.status = Status.DONE
    referral.finished_at = clock.now()
    referral.outcome, referral.outcome_text = outcome, outcome_text.strip()


def _take_back(referral: Referral, *, by: User | None) -> None:
    referral.status = Status.WITHDRAWN
    is_cancelled = referral.meets_at is not None and referral.meets_at > clock.now()
    if is_cancelled:
        referral.calendar_sequence += 1
    referral.save()
    following.ended(referral, by=by)
    _give_back(referral)
    emails.withdrawn(referral)
    if is_cancelled:
        emails.meeting_cancelled(referral)


def _set_meeting(referral: Referral, meets_at: datetime) -> None:
    if referral.kind != Referral.Kind.JOIN:
        raise ValidationError(_("日時を決めるのは、同席のお願いだけです。"), code="meets_at")
    if meets_at == referral.meets_at:
        return
    if meets_at <= clock.now():
        raise ValidationError(_("これからの日時を選んでください。"), code="meets_at")
    referral.meets_at = meets_at
    referral.calendar_sequence += 1


def _give_back(referral: Referral) -> None:
    """Nothing is open with this receiver any longer; when nothing is open at all, the office goes on."""
    consultation = referral.consultation
    access.refresh(consultation)
    if not consultation.referrals.all().open().exists():
        steps.go_on_after_answer(consultation, Consultation.WaitingFor.PARTNER)


def _check_receiver(referral: Referral, by: User | None) -> None:
    """None is the partner's own page, which has looked at its link; an office answers signed in."""
    if by is None:
        if referral.to_kind in Referral.OFFICES:
            raise PermissionDenied
    elif not (rules.is_receiver(by, referral) or rules.can_answer_for_partner(by, referral)):
        raise PermissionDenied


def _check_edge(referral: Referral, after: str) -> None:
    if not rules.may_follow(referral.status, after):
        raise _wrong_status(referral)


def _wrong_status(referral: Referral) -> ValidationError:
    return ValidationError(
        _("この紹介はいま「%(status)s」なので、その操作はできません。"),
        code="status",
        params={"status": referral.get_status_display()},
    )


def _check_length(words: str) -> None:
    if len(words) > Referral.LONGEST:
        raise ValidationError(
            _("長すぎます。%(limit)s文字までで書いてください。"),
            code="too_long",
            params={"limit": Referral.LONGEST},
        )
