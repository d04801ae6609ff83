"""Referrals (紹介): which step may follow which, and who of the two ends may take it."""

from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User
from consultations.models import Consultation, Referral
from consultations.rules import rights
from kyodo import clock

Status = Referral.Status

EDGES: dict[str, tuple[str, ...]] = {
    Status.SENT: (Status.ACCEPTED, Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED),
    # A partner without an account falls silent; an office is asked again by its own inbox, until it would keep what was
    # long closed from being forgotten. The sender ends what is no longer needed, so that nobody's silence keeps a
    # consultation from being closed.
    Status.ACCEPTED: (Status.DONE, Status.WITHDRAWN, Status.EXPIRED),
    Status.DECLINED: (),
    Status.DONE: (),
    Status.WITHDRAWN: (),
    Status.EXPIRED: (),
}

ANSWER_DAYS = 5
"""Working days an office has to answer."""
PARTNER_DAYS = 14
"""Days the page of a partner without an account stays open."""
RESULT_DAYS = 30
"""Days it stays open for the result, once the partner has accepted."""
MOST_TIMES = 3
"""Wished times of a joint session."""


def latest_answer(begins_at: datetime) -> datetime:
    """For a time that is proposed: the evening before, so that place and time can still be settled; for one of today or
    tomorrow morning, up to its begin."""
    evening = clock.day_begins(clock.local(begins_at).date()) - timedelta(minutes=1)
    return evening if evening > clock.now() else begins_at


def may_follow(before: str, after: str) -> bool:
    return after in EDGES[before]


def is_silent(referral: Referral, at: datetime) -> bool:
    """Nobody has answered in time, or told the end of what they took on."""
    if referral.status == Status.ACCEPTED and referral.to_kind in Referral.OFFICES:
        return has_lapsed(referral, at)
    return referral.is_open and referral.answer_until <= at


def has_lapsed(referral: Referral, at: datetime) -> bool:
    """An office took it on and never told the end, and by now the contact of the closed consultation should go.

    Closing asks for the end of every referral, so this is left over from elsewhere; nothing would end it.
    """
    before = lapses_before(at)
    closed_at, answered_at = referral.consultation.closed_at, referral.answered_at
    return closed_at is not None and closed_at <= before and (answered_at is None or answered_at <= before)


def lapses_before(at: datetime) -> datetime:
    return at - timedelta(days=settings.CONSULTATION_CONTACT_DAYS)


def can_send(user: User, consultation: Consultation) -> bool:
    """The office that has it in hand. Only the centre asks specialists and other organisations."""
    return consultation.is_open and rights.can_work_on(user, consultation)


def can_send_to(user: User, to_kind: str) -> bool:
    if not rights.has_office(user):
        return False
    if to_kind == Referral.To.CENTRE:
        return user.is_ward_officer
    if to_kind == Referral.To.SPECIALIST:
        return rights.can_run_specialists(user)
    return user.is_staff or to_kind == Referral.To.WARD_CENTRE


def can_send_without_consent(user: User) -> bool:
    """Somebody is in danger and can't be asked: a manager decides, and writes why."""
    return user.is_active and user.role == User.Role.MANAGER


def is_receiver(user: User, referral: Referral) -> bool:
    """Of the office it went to, and not kept out of the consultation by name."""
    if not rights.has_office(user) or rights.is_locked_out(user, referral.consultation):
        return False
    if referral.to_kind == Referral.To.CENTRE:
        return user.is_staff
    return user.is_ward_officer and referral.to_ward_centre_id == user.ward_centre_id


def is_sender(user: User, referral: Referral) -> bool:
    return (
        rights.has_office(user)
        and referral.from_ward_centre_id == user.ward_centre_id
        and not rights.is_locked_out(user, referral.consultation)
    )


def can_read_summary(user: User, referral: Referral) -> bool:
    """The sender wrote it; the receiver reads it while it is asked, and once it was accepted."""
    if is_sender(user, referral):
        return True
    return is_receiver(user, referral) and referral.status in (*Referral.OPEN, Status.DONE)


def can_answer(user: User, referral: Referral) -> bool:
    """Accept or decline."""
    return referral.status == Status.SENT and (
        is_receiver(user, referral) or can_answer_for_partner(user, referral)
    )


def can_finish(user: User, referral: Referral) -> bool:
    """Say what became of it: the receiver, once it was accepted."""
    return referral.status == Status.ACCEPTED and (
        is_receiver(user, referral) or can_answer_for_partner(user, referral)
    )


def can_assign(user: User, referral: Referral) -> bool:
    """Everybody of the office that took it on: whoever goes on leave, or finds it on nobody's desk."""
    return (
        referral.status == Status.ACCEPTED
        and referral.to_kind in Referral.OFFICES
        and is_receiver(user, referral)
    )


def can_answer_for_partner(user: User, referral: Referral) -> bool:
    """A partner called instead of opening the link: the office that asked writes the answer down."""
    return referral.to_kind not in Referral.OFFICES and is_sender(user, referral)


def can_withdraw(user: User, referral: Referral) -> bool:
    return is_sender(user, referral) and referral.is_open


def can_fix_time(user: User, referral: Referral) -> bool:
    """Both ends of a joint session, once it was accepted."""
    return (
        referral.kind == Referral.Kind.JOIN
        and referral.status == Status.ACCEPTED
        and (is_receiver(user, referral) or is_sender(user, referral))
    )
