"""Every step of a consultation: one action each, with right, version and edge looked at under the row's lock."""

from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions.locking import lock_to_work, save_next, wrong_status
from consultations.emails import staff
from consultations.models import Consultation, StatusChange
from consultations.rules import deadlines, rights, workflow
from kyodo import clock

Status = Consultation.Status
WaitingFor = Consultation.WaitingFor


# ── Steps that people take ───────────────────────────────────────────────────────────────────────────────────────


def assign(*, consultation: Consultation, version: int, to: User | None, by: User) -> Consultation:
    """Give it to somebody of the same office, take it oneself, or put it back into the common inbox (None)."""
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if to != by and not rights.can_assign_others(by):
            raise PermissionDenied
        if to is not None and not rights.can_have(to, consultation):
            raise ValidationError(_("この人には担当を頼めません。"), code="assignee")
        before = consultation.status
        if before == Status.CLOSED:
            raise wrong_status(consultation)
        if to is None:
            check_edge(consultation, Status.RECEIVED)
            resume_clock(consultation)
            consultation.status = Status.RECEIVED
        elif before == Status.RECEIVED:
            consultation.status = Status.ASSIGNED
        consultation.assignee = to
        write_step(consultation, before, by=by)
        if to is not None:
            staff.assigned(consultation, by)
    return consultation


def start(*, consultation: Consultation, version: int, by: User, next_step: str = "") -> Consultation:
    """Begin to work on it, or go on though the answer has not come: the clock runs for the next step."""
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        before = consultation.status
        if before == Status.CLOSED:
            raise wrong_status(consultation)
        check_edge(consultation, Status.IN_PROGRESS)
        resume_clock(consultation)
        consultation.status = Status.IN_PROGRESS
        consultation.next_step = next_step.strip()
        write_step(consultation, before, by=by)
    return consultation


def wait(
    *, consultation: Consultation, version: int, waiting_for: str, by: User, follow_up_on: date | None = None
) -> Consultation:
    """Wait for the person or for others; the clock stands meanwhile. A date to ask again stays until it is changed."""
    if waiting_for not in WaitingFor.values:
        raise ValidationError(_("だれの返事を待つかを選んでください。"), code="waiting_for")
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        check_edge(consultation, Status.WAITING)
        deadlines.check_follow_up(follow_up_on, consultation.follow_up_on)
        before = consultation.status
        stop_clock(consultation, waiting_for)
        if follow_up_on is not None:
            consultation.follow_up_on = follow_up_on
        write_step(consultation, before, by=by)
    return consultation


def set_follow_up(*, consultation: Consultation, version: int, on: date, by: User) -> Consultation:
    """The day to ask how things went; of a closed one as well."""
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if consultation.anonymised_at:
            raise wrong_status(consultation)
        deadlines.check_follow_up(on, consultation.follow_up_on)
        consultation.follow_up_on = on
        save_next(consultation)
    return consultation


def close(
    *, consultation: Consultation, version: int, outcome: str, outcome_text: str, by: User
) -> Consultation:
    """End it with what became of it; both the code and the words are asked."""
    check_ending(outcome, outcome_text)
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        check_may_close(consultation)
        before = consultation.status
        write_end(consultation, outcome, outcome_text)
        write_step(consultation, before, by=by)
    return consultation


def reopen(*, consultation: Consultation, version: int, by: User, why: str = "") -> Consultation:
    """Take a closed one up again: with whoever had it in hand, or with the one who reopens it."""
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        check_edge(consultation, Status.IN_PROGRESS)
        if consultation.status != Status.CLOSED or consultation.anonymised_at:
            raise wrong_status(consultation)
        before = consultation.status
        had = consultation.assignee
        consultation.status = Status.IN_PROGRESS
        consultation.assignee = had if had and rights.can_have(had, consultation) else by
        consultation.outcome = consultation.outcome_text = ""
        consultation.closed_at = consultation.reopening_asked_at = consultation.duplicate_of = None
        consultation.due_at = deadlines.due_after(clock.now(), deadlines.NEXT_STEP_DAYS)
        write_step(consultation, before, by=by, why=why or _("再開"))
    return consultation


def decline_reopening(*, consultation: Consultation, version: int, by: User) -> Consultation:
    """It stays closed though the person asked; the answer itself is a reply."""
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by, version=version)
        if consultation.reopening_asked_at is None:
            raise wrong_status(consultation)
        consultation.reopening_asked_at = None
        save_next(consultation)
    return consultation


# ── Steps that follow from what others did ───────────────────────────────────────────────────────────────────────


def ask_for_reopening(consultation: Consultation) -> None:
    """The person writes again, or says that it is not solved: staff decide, nothing reopens by itself. Locked."""
    if consultation.status == Status.CLOSED and consultation.reopening_asked_at is None:
        consultation.reopening_asked_at = clock.now()


def go_on_after_reply(consultation: Consultation, *, by: User, waits_for_answer: bool) -> None:
    """Whoever answers first has it in hand from then on. A closed one stays closed. Locked."""
    if consultation.status == Status.RECEIVED:
        consultation.status, consultation.assignee = Status.ASSIGNED, by
        write_step(consultation, Status.RECEIVED, by=by)
    before = consultation.status
    if waits_for_answer and before in (Status.ASSIGNED, Status.IN_PROGRESS):
        stop_clock(consultation, WaitingFor.PERSON)
        write_step(consultation, before, by=by)
    elif before == Status.ASSIGNED:
        consultation.status = Status.IN_PROGRESS
        write_step(consultation, before, by=by)


def go_on_after_answer(consultation: Consultation, waiting_for: str, why: str = "") -> None:
    """What was waited for has come, or won't: the clock goes on from where it stood. Locked; saved here when it changes."""
    if consultation.status == Status.WAITING and consultation.waiting_for == waiting_for:
        resume_clock(consultation)
        consultation.status = Status.IN_PROGRESS
        write_step(consultation, Status.WAITING, by=None, why=why or _("返事が届いた"))


def wait_for_partner(consultation: Consultation, *, by: User) -> None:
    """A referral is out: the office waits, where it has begun to work. Locked."""
    if consultation.status in (Status.ASSIGNED, Status.IN_PROGRESS):
        before = consultation.status
        stop_clock(consultation, WaitingFor.PARTNER)
        write_step(consultation, before, by=by, why=_("紹介を送った"))


def hand_over(consultation: Consultation, to_office: int | None, *, by: User) -> None:
    """It changes hands: the new office finds it in its common inbox, with a clock of its own. Locked."""
    before = consultation.status
    consultation.ward_centre_id = to_office
    consultation.status, consultation.assignee, consultation.waiting_for = Status.RECEIVED, None, ""
    consultation.days_left = consultation.escalated_at = None
    consultation.next_step = ""
    consultation.due_at = deadlines.due_after(clock.now(), deadlines.FIRST_ANSWER_DAYS)
    write_step(consultation, before, by=by, why=_("引き継ぎ"))


# ── What all steps share ─────────────────────────────────────────────────────────────────────────────────────────


def check_edge(consultation: Consultation, after: str) -> None:
    if not workflow.may_follow(consultation.status, after):
        raise wrong_status(consultation)


def check_ending(outcome: str, outcome_text: str) -> None:
    if outcome not in Consultation.Outcome.values:
        raise ValidationError(_("結果を選んでください。"), code="outcome")
    if not outcome_text.strip():
        raise ValidationError(_("結果を文で書いてください。"), code="outcome_text")


def check_may_close(consultation: Consultation) -> None:
    check_no_open_referral(consultation)
    check_edge(consultation, Status.CLOSED)


def check_no_open_referral(consultation: Consultation) -> None:
    """Whoever was asked for help would be left with an open page: withdraw it, or wait for the result."""
    asked = list(consultation.referrals.all().open().order_by("pk").values_list("to_name", flat=True))
    if asked:
        raise ValidationError(
            _(
                "終わっていない紹介があります（%(names)s）。紹介のページで取り下げるか、結果が届いてから完了にしてください。"
            ),
            code="open_referral",
            params={"names": "、".join(asked)},
        )
    if consultation.specialist_sessions.all().live().exists():
        raise ValidationError(
            _("士業相談が進んでいます。結果を書くか、取りやめてから完了にしてください。"), code="open_session"
        )


def stop_clock(consultation: Consultation, waiting_for: str) -> None:
    consultation.status = Status.WAITING
    consultation.waiting_for = waiting_for
    if consultation.due_at is not None:
        consultation.days_left = deadlines.days_until(consultation.due_at, clock.now())
    consultation.due_at = None


def resume_clock(consultation: Consultation) -> None:
    """After waiting the clock goes on with what was left of it; from a first step on it runs for the next one."""
    now = clock.now()
    if consultation.status == Status.WAITING:
        consultation.due_at = deadlines.due_after(now, consultation.days_left or 0)
    consultation.waiting_for, consultation.days_left = "", None


def write_end(consultation: Consultation, outcome: str, outcome_text: str) -> None:
    """The date to ask how things went stays: only staff take it away."""
    consultation.status = Status.CLOSED
    consultation.outcome, consultation.outcome_text = outcome, outcome_text.strip()
    consultation.closed_at = clock.now()
    consultation.due_at = consultation.days_left = None
    consultation.unanswered_since = consultation.reopening_asked_at = consultation.escalated_at = None
    consultation.waiting_for = consultation.next_step = ""


def write_step(consultation: Consultation, before: str, *, by: User | None, why: str = "") -> None:
    save_next(consultation)
    StatusChange.objects.create(
        consultation=consultation,
        before=before,
        after=consultation.status,
        assignee=consultation.assignee,
        by=by,
        why=why,
    )
