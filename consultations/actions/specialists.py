"""The steps of a session with a specialist (士業相談): request, hearing, match, time and place, result.

Locks in one order: the consultation's row, the session's, the specialist's (who has one time only once), then the
groups and units of the spaces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import following, referrals, referring, sessions, steps
from consultations.actions.locking import lock_to_work, wrong_status
from consultations.emails import sessions as emails
from consultations.models import Consultation, Referral, Specialist, SpecialistSession, SpecialistSlot
from consultations.models.specialists import Profession, Way
from consultations.rules import anonymity, rights
from consultations.rules import specialists as rules
from kyodo import clock, dates
from kyodo.centre.hours import opening_day
from spaces.actions import holds
from spaces.models import Hold, Unit

Status = SpecialistSession.Status
LONGEST = timedelta(hours=4)
RESULT_DAYS = 14
"""Days after the session in which the specialist can still tell of it."""


@dataclass(frozen=True)
class Meeting:
    """When, how and where they talk; on site a place is kept for it, online `address` is where they meet."""

    begins_at: datetime
    ends_at: datetime
    way: str
    units: Sequence[Unit] = ()
    address: str = ""


def request(*, consultation: Consultation, profession: str, by: User) -> SpecialistSession:
    """The person would like to talk with a specialist."""
    _check_profession(profession)
    _check_right(by)
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by)
        if not consultation.is_open:
            raise wrong_status(consultation)
        if consultation.referrals.filter(kind=Referral.Kind.TRANSFER).open().exists():
            raise ValidationError(
                _("引き継ぎをお願いしているので、士業相談は始められません。"), code="transfer"
            )
        live = consultation.specialist_sessions.all().live().filter(profession=profession)
        if live.exists():
            raise ValidationError(_("この資格の士業相談は、すでに進んでいます。"), code="twice")
        return SpecialistSession.objects.create(
            consultation=consultation, profession=profession, created_by=by
        )


def hear(
    *, session: SpecialistSession, version: int, profession: str, hearing_note: str, by: User
) -> SpecialistSession:
    """Write down what it is about, without names: this is what the specialist will read."""
    _check_profession(profession)
    if not hearing_note.strip():
        raise ValidationError(_("聞き取ったことを書いてください。"), code="hearing_note")
    with transaction.atomic():
        session = lock_session(session, by=by, version=version)
        _check_edge(session, Status.HEARD, among=(Status.REQUESTED, Status.HEARD))
        anonymity.check(hearing_note, session.consultation)
        session.profession, session.hearing_note = profession, hearing_note.strip()
        session.status = Status.HEARD
        sessions.save_next(session)
    return session


def match(
    *,
    session: SpecialistSession,
    version: int,
    specialist: Specialist,
    consent: referring.Consent,
    by: User,
    slot: SpecialistSlot | None = None,
) -> SpecialistSession:
    """Ask a specialist, with what was heard as it stands now; a free time of theirs is kept until they answer."""
    if consent.is_override:
        raise ValidationError(_("本人の同意を確かめてから、専門家に頼んでください。"), code="consent")
    with transaction.atomic():
        session = lock_session(session, by=by, version=version)
        _check_edge(session, Status.MATCHED)
        specialist = lock_specialist(specialist)
        if not specialist.is_active or specialist.profession != session.profession:
            raise ValidationError(_("この専門家には頼めません。名簿を確かめてください。"), code="specialist")
        if slot is not None:
            _check_free(slot, specialist)
        consultation = session.consultation
        session.referral = referring.send(
            consultation=consultation,
            version=consultation.version,
            kind=Referral.Kind.REFER,
            to=referring.Receiver(kind=Referral.To.SPECIALIST, specialist=specialist),
            summary=session.hearing_note,
            consent=consent,
            by=by,
            answer_before=slot.begins_at if slot else None,
        )
        session.specialist, session.slot = specialist, slot
        session.status = Status.MATCHED
        sessions.save_next(session)
    return session


def fix(*, session: SpecialistSession, version: int, meeting: Meeting, by: User) -> SpecialistSession:
    """Agree on time and place, or on others: both get it for their calendars, and on site the place is kept."""
    _check_meeting(meeting)
    with transaction.atomic():
        session = lock_session(session, by=by, version=version)
        _check_edge(session, Status.FIXED)
        if session.status == Status.MATCHED:
            _check_accepted(session)
        elif rules.has_begun(session):
            raise ValidationError(_("この相談の時刻は過ぎました。結果を書いてください。"), code="begun")
        assert session.specialist is not None  # noqa: S101 - a matched one has its specialist
        specialist = lock_specialist(session.specialist)
        _check_not_busy(session, specialist, meeting)
        is_new = session.status == Status.MATCHED
        sessions.let_place_go(session, by=by)
        session.slot = _slot_of(session, specialist, meeting)
        session.begins_at, session.ends_at, session.way = meeting.begins_at, meeting.ends_at, meeting.way
        session.hold, session.place = _place(session, meeting, by)
        session.status = Status.FIXED
        session.calendar_sequence += 1
        sessions.save_next(session)
        (emails.fixed if is_new else emails.moved)(session)
        _after_fixing(session, by)
    return session


def ask_another(*, session: SpecialistSession, version: int, by: User) -> SpecialistSession:
    """The specialist can't after all, or has not answered: back to looking for one. What was fixed is called off."""
    with transaction.atomic():
        session = lock_session(session, by=by, version=version)
        _check_edge(session, Status.HEARD, among=(Status.MATCHED, Status.FIXED))
        if rules.has_begun(session):
            raise ValidationError(_("この相談の時刻は過ぎました。結果を書いてください。"), code="begun")
        if session.referral and session.referral.is_open:
            referrals.withdraw(referral=session.referral, by=by)
        else:
            sessions.back_to_hearing(session, by=by)
        return SpecialistSession.objects.get(pk=session.pk)


def cancel(*, session: SpecialistSession, version: int, by: User) -> SpecialistSession:
    """The person no longer wants it: the specialist is told, the place is free again."""
    with transaction.atomic():
        session = lock_session(session, by=by, version=version)
        _check_edge(session, Status.CANCELLED)
        sessions.write_cancelled(session, by=by)
        if session.referral and session.referral.is_open:
            referrals.withdraw(referral=session.referral, by=by)
    return session


def finish(
    *, session: SpecialistSession, version: int, outcome: str, result: str, by: User
) -> SpecialistSession:
    """It was held: what came of it. The specialist may tell it on their page as well; whoever is first has told it."""
    with transaction.atomic():
        session = lock_session(session, by=by, version=version)
        _check_edge(session, Status.HELD)
        if not rules.has_begun(session):
            raise ValidationError(_("相談の日時が過ぎてから、結果を書いてください。"), code="too_early")
        if session.referral and session.referral.is_open:
            referrals.finish(referral=session.referral, by=by, outcome=outcome, outcome_text=result)
            return SpecialistSession.objects.get(pk=session.pk)
        if not result.strip():
            raise ValidationError(_("結果を書いてください。"), code="outcome_text")
        sessions.write_held(session, result.strip())
        sessions.tell(session, by=by, words=result.strip())
    return session


# ── Locks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def lock_session(session: SpecialistSession, *, by: User, version: int) -> SpecialistSession:
    """The consultation's row, then the session's, read anew; refused as "stale" when it changed since `version`."""
    _check_right(by)
    consultation = lock_to_work(session.consultation, by=by)
    session = SpecialistSession.objects.select_for_update(of=("self",), no_key=True).get(pk=session.pk)
    session.consultation = consultation
    if session.version != version:
        raise ValidationError(
            _("開いているあいだに、この士業相談が変わりました。いまの内容を確かめてください。"), code="stale"
        )
    return session


def lock_specialist(specialist: Specialist) -> Specialist:
    """Whoever takes a time of a specialist holds their row."""
    return Specialist.objects.select_for_update(of=("self",), no_key=True).get(pk=specialist.pk)


# ── Checks ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_right(by: User) -> None:
    if not rights.can_run_specialists(by):
        raise PermissionDenied


def _check_profession(profession: str) -> None:
    if profession not in Profession.values:
        raise ValidationError(_("資格を選んでください。"), code="profession")


def _check_edge(session: SpecialistSession, after: str, among: Sequence[str] = ()) -> None:
    if not rules.may_follow(session.status, after) or (among and session.status not in among):
        raise ValidationError(
            _("この士業相談はいま「%(status)s」なので、その操作はできません。"),
            code="status",
            params={"status": session.get_status_display()},
        )


def _check_accepted(session: SpecialistSession) -> None:
    if session.referral is None or session.referral.status != Referral.Status.ACCEPTED:
        raise ValidationError(
            _("専門家の返事を待っています。引き受けてもらってから、日時を決めてください。"),
            code="not_accepted",
        )


def _check_free(slot: SpecialistSlot, specialist: Specialist) -> None:
    if not SpecialistSlot.objects.filter(pk=slot.pk, specialist=specialist).free().exists():
        raise slot_taken()


def slot_taken() -> ValidationError:
    return ValidationError(
        _("この時間は、ほかの相談に決まりました。別の時間を選んでください。"), code="slot_taken"
    )


def _check_meeting(meeting: Meeting) -> None:
    if meeting.way not in Way.values:
        raise ValidationError(_("方法を選んでください。"), code="way")
    if meeting.ends_at <= meeting.begins_at or meeting.ends_at - meeting.begins_at > LONGEST:
        raise ValidationError(_("終了は、開始より後の4時間以内にしてください。"), code="time_order")
    if meeting.begins_at <= clock.now():
        raise ValidationError(_("これからの日時を選んでください。"), code="past")
    if meeting.way == Way.ONLINE:
        _check_address(meeting.address)
    if meeting.way == Way.ON_SITE:
        if not meeting.units:
            raise ValidationError(_("センターで会う場所を選んでください。"), code="units")
        _check_open(meeting)


def _check_address(address: str) -> None:
    try:
        URLValidator(schemes=["https", "http"])(address.strip())
    except ValidationError as error:
        raise ValidationError(
            _("オンライン会議のアドレスを https:// から書いてください。"), code="address"
        ) from error


def _check_open(meeting: Meeting) -> None:
    begins, ends = clock.local(meeting.begins_at), clock.local(meeting.ends_at)
    if begins.date() != ends.date() or not opening_day(begins.date()).is_open_throughout(
        begins.time(), ends.time()
    ):
        raise ValidationError(
            _("%(when)s は、センターが開いていません。開館時間の中で選んでください。"),
            code="closed",
            params={"when": dates.period(begins, ends)},
        )


def _check_not_busy(session: SpecialistSession, specialist: Specialist, meeting: Meeting) -> None:
    """Under the specialist's lock: neither another session at that time, nor a time kept for one that is asked."""
    others = SpecialistSession.objects.live().filter(specialist=specialist).exclude(pk=session.pk)
    at_that_time = {"begins_at__lt": meeting.ends_at, "ends_at__gt": meeting.begins_at}
    kept = {f"slot__{name}": value for name, value in at_that_time.items()}
    if (
        others.filter(status=Status.FIXED, **at_that_time).exists()
        or others.filter(status=Status.MATCHED, **kept).exists()
    ):
        raise slot_taken()


# ── What fixing writes ───────────────────────────────────────────────────────────────────────────────────────────


def _slot_of(session: SpecialistSession, specialist: Specialist, meeting: Meeting) -> SpecialistSlot | None:
    """The free time of the specialist that the meeting lies in: it is offered to nobody else."""
    lies_in = SpecialistSlot.objects.filter(
        specialist=specialist, begins_at__lt=meeting.ends_at, ends_at__gt=meeting.begins_at
    )
    if session.slot_id and (own := lies_in.filter(pk=session.slot_id).first()):
        return own
    return lies_in.free().first()


def _place(session: SpecialistSession, meeting: Meeting, by: User) -> tuple[Hold | None, str]:
    if meeting.way == Way.ONLINE:
        return None, meeting.address.strip()
    if meeting.way == Way.PHONE:
        return None, ""
    try:
        hold = holds.place_hold(
            kind=Hold.Kind.OTHER,
            title=_("士業相談"),
            units=meeting.units,
            begins_at=meeting.begins_at,
            ends_at=meeting.ends_at,
            by=by,
            note=_("受付番号 %(reference)s") % {"reference": session.consultation.reference},
        )
    except ValidationError as refusal:
        if refusal.code != "hits":
            raise
        raise ValidationError(
            _("この時間の場所には、予約があります。別の時間か場所を選んでください。"), code="taken"
        ) from refusal
    return hold, "・".join(unit.name for unit in meeting.units)


def _after_fixing(session: SpecialistSession, by: User) -> None:
    """Until it was held and told of, the office waits; the page stays open so long."""
    assert session.ends_at is not None  # noqa: S101
    if session.referral:
        days = (clock.local(session.ends_at).date() - clock.today()).days + RESULT_DAYS
        following.extend(session.referral, days=days)
    when = dates.period(session.begins_at, session.ends_at) if session.begins_at else ""
    sessions.tell(
        session,
        by=by,
        words=_("%(specialist)sとの相談：%(when)s %(way)s %(place)s")
        % {
            "specialist": session.specialist,
            "when": when,
            "way": session.get_way_display(),
            "place": session.place,
        },
    )
    steps.wait_for_partner(session.consultation, by=by)
