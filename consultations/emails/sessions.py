"""Mails about a session with a specialist: time and place to both, each with an entry for the own calendar.

Neither learns the other's address from it, and the specialist's mail names nobody: who comes stands on the page
behind the link, which closes again.
"""

from django.utils.translation import gettext as _

from consultations import calendar
from consultations.emails.about import about
from consultations.emails.people import page
from consultations.models import SpecialistSession
from consultations.models.specialists import Way
from consultations.rules import addresses
from kyodo.centre.queries import current_centre
from kyodo.mail.actions import queue_template


def fixed(session: SpecialistSession) -> None:
    _tell_both(session, "session_fixed")


def moved(session: SpecialistSession) -> None:
    _tell_both(session, "session_moved")


def cancelled(session: SpecialistSession) -> None:
    """While the session still says when it would have been; its sequence has risen."""
    _tell_both(session, "session_cancelled", is_cancelled=True)


def person_address(session: SpecialistSession) -> str:
    """Empty when the person may not be mailed: staff call instead."""
    contact = session.consultation.contact
    return contact.email if contact.can_be_mailed else ""


def _tell_both(session: SpecialistSession, template: str, *, is_cancelled: bool = False) -> None:
    if to := person_address(session):
        _queue(session, to, template, is_cancelled=is_cancelled, is_for_specialist=False)
    if session.specialist:
        _queue(session, session.specialist.email, template, is_cancelled=is_cancelled, is_for_specialist=True)


def _queue(
    session: SpecialistSession, to: str, template: str, *, is_cancelled: bool, is_for_specialist: bool
) -> None:
    consultation = session.consultation
    entry = calendar.mailed(_talk(session, is_cancelled=is_cancelled), [to])
    queue_template(
        to=to,
        kind=f"consultations/{template}",
        context={
            "session": session,
            "reference": consultation.reference,
            "is_for_specialist": is_for_specialist,
            "is_on_site": session.way == Way.ON_SITE,
            "is_online": session.way == Way.ONLINE,
            "name": session.specialist if is_for_specialist else consultation.contact.name,
            "url": "" if is_for_specialist else page(consultation),
        },
        attachments=[entry],
        reply_to="" if is_for_specialist else addresses.reply_address(consultation),
        **about(consultation),
    )


def _talk(session: SpecialistSession, *, is_cancelled: bool) -> calendar.Talk:
    assert session.begins_at is not None  # noqa: S101 - only a fixed one is mailed
    assert session.ends_at is not None  # noqa: S101
    return calendar.Talk(
        key=f"session-{session.pk}",
        sequence=session.calendar_sequence,
        begins_at=session.begins_at,
        ends_at=session.ends_at,
        summary=_("%(profession)sとの相談") % {"profession": session.get_profession_display()},
        location=_location(session),
        description=_("受付番号 %(reference)s") % {"reference": session.consultation.reference},
        is_cancelled=is_cancelled,
    )


def _location(session: SpecialistSession) -> str:
    if session.way == Way.ON_SITE:
        return f"{session.place}, {current_centre().name}"
    return session.place or str(session.get_way_display())
