"""What a session with a specialist does when something around it changes. All under the consultation's lock.

The steps that people take stand in actions.specialists; this module knows no referral actions, so that those may call it.
"""

from accounts.models import User
from consultations.actions import entries
from consultations.emails import sessions as emails
from consultations.models import Consultation, Entry, Referral, SpecialistSession
from consultations.rules import specialists as rules
from kyodo import clock, dates
from spaces.actions import holds

Status = SpecialistSession.Status


def referral_ended(referral: Referral, *, by: User | None) -> None:
    """The specialist declined, fell silent, was no longer asked, or told what became of it."""
    session = SpecialistSession.objects.live().filter(referral=referral).first()
    if session is None:
        return
    session.consultation = referral.consultation
    if referral.status == Referral.Status.DONE:
        write_held(session, referral.outcome_text)
    elif not rules.has_begun(session):
        # One that has taken place keeps its time and specialist; staff write down what came of it.
        back_to_hearing(session, by=by)


def cancel_all(consultation: Consultation) -> None:
    """The person took the question back."""
    for session in consultation.specialist_sessions.all().live().order_by("pk"):
        session.consultation = consultation
        write_cancelled(session, by=None)


def back_to_hearing(session: SpecialistSession, *, by: User | None) -> None:
    """Another specialist is looked for: what was fixed is called off, the person is told."""
    call_off(session, by=by)
    session.specialist = session.slot = session.referral = None
    session.begins_at = session.ends_at = None
    session.way = session.place = ""
    session.status = Status.HEARD
    save_next(session)


def write_cancelled(session: SpecialistSession, *, by: User | None) -> None:
    call_off(session, by=by)
    session.slot = None
    session.status = Status.CANCELLED
    save_next(session)


def write_held(session: SpecialistSession, result: str) -> None:
    session.status = Status.HELD
    session.result, session.held_at = result, clock.now()
    save_next(session)


def call_off(session: SpecialistSession, *, by: User | None) -> None:
    """Let the place go and take the entry out of both calendars, where a time stood that has not come yet."""
    let_place_go(session, by=by)
    if session.status == Status.FIXED and not rules.has_begun(session) and session.begins_at:
        session.calendar_sequence += 1
        emails.cancelled(session)
        tell(
            session,
            by=by,
            words=f"{session.get_profession_display()} {dates.moment(session.begins_at)}：{Status.CANCELLED.label}",
        )


def let_place_go(session: SpecialistSession, *, by: User | None) -> None:
    """In the name of who kept it, where no member of staff ended it."""
    if session.hold:
        holds.give_up_hold(hold=session.hold, by=by or session.hold.placed_by)
        session.hold = None


def tell(session: SpecialistSession, *, by: User | None, words: str) -> None:
    """For the timeline that staff read."""
    entries.write(session.consultation, Entry.Kind.PARTNER, words, by=by, referral_id=session.referral_id)


def save_next(session: SpecialistSession) -> None:
    session.version += 1
    session.save()
