"""The steps of a session: request, hearing, match, time and place, result. Allowed beside refused."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import icalendar
import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.models import User
from consultations.actions import partner, person, referrals, referring, specialists, steps
from consultations.actions.specialists import Meeting
from consultations.models import (
    AnswerLink,
    Consultation,
    Entry,
    Referral,
    Specialist,
    SpecialistSession,
    SpecialistSlot,
)
from consultations.models.specialists import Profession, Way
from consultations.rules import specialists as rules
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces import calendar
from spaces.models import Occupancy, Unit
from tests.consultations.specialists.conftest import EXCERPT, url_mailed_to
from tests.factories.consultations import (
    ConsultationFactory,
    LockOutFactory,
    ReferralFactory,
    SpecialistFactory,
)
from tests.factories.spaces import BookingFactory, HoldFactory, yokohama_spaces

Status = SpecialistSession.Status
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=clock.TOKYO)
TALK = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def consent() -> referring.Consent:
    return referring.Consent(text="専門家へ要点を伝えること", given_on=clock.today())


def at(hour: int, day: date = TALK) -> datetime:
    return clock.at(day, time(hour))


def on_site(unit: Unit, hour: int = 14) -> Meeting:
    return Meeting(at(hour), at(hour + 1), Way.ON_SITE, units=[unit])


def online(hour: int = 14) -> Meeting:
    return Meeting(at(hour), at(hour + 1), Way.ONLINE, address="https://meet.example.jp/abc")


@pytest.fixture
def unit() -> Unit:
    yokohama_spaces()
    return Unit.objects.get(code="table-1")


@pytest.fixture
def requested(consultation: Consultation, coordinator: User) -> SpecialistSession:
    return specialists.request(
        consultation=consultation, profession=Profession.TAX_ACCOUNTANT, by=coordinator
    )


@pytest.fixture
def heard(requested: SpecialistSession, coordinator: User) -> SpecialistSession:
    return specialists.hear(
        session=requested,
        version=requested.version,
        profession=requested.profession,
        hearing_note=EXCERPT,
        by=coordinator,
    )


@pytest.fixture
def matched(heard: SpecialistSession, specialist: Specialist, coordinator: User) -> SpecialistSession:
    return specialists.match(
        session=heard, version=heard.version, specialist=specialist, consent=consent(), by=coordinator
    )


@pytest.fixture
def accepted(matched: SpecialistSession) -> SpecialistSession:
    partner.accept(link=AnswerLink.objects.get(referral=matched.referral), wish="火曜の午後")
    return SpecialistSession.objects.get(pk=matched.pk)


@pytest.fixture
def fixed(accepted: SpecialistSession, unit: Unit, coordinator: User) -> SpecialistSession:
    return specialists.fix(session=accepted, version=accepted.version, meeting=on_site(unit), by=coordinator)


def refusal(call: Callable[[], object]) -> str | None:
    with pytest.raises(ValidationError) as refused:
        call()
    return refused.value.error_list[0].code


def entries(mail: OutgoingMail) -> list[icalendar.Event]:
    found = icalendar.Calendar.from_ical(bytes(mail.attachments.get().content))
    return [found, *found.walk("VEVENT")]


def uid_of(session: SpecialistSession) -> str:
    return f"session-{session.pk}@{calendar.host()}"


def mails(kind: str, to: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=f"consultations/{kind}", to=to).order_by("pk"))


# ── Who may ──


@pytest.mark.parametrize("who", ["citizen", "reception", "ward_officer"])
def test_only_coordinators_and_managers_of_the_centre_take_a_step(
    who: str, fixed: SpecialistSession, unit: Unit, request: pytest.FixtureRequest
) -> None:
    user, specialist = request.getfixturevalue(who), fixed.specialist
    assert specialist
    known = {"session": fixed, "version": fixed.version, "by": user}

    for step in (
        lambda: specialists.request(consultation=fixed.consultation, profession=Profession.LAWYER, by=user),
        lambda: specialists.hear(profession=Profession.LAWYER, hearing_note="話", **known),
        lambda: specialists.match(specialist=specialist, consent=consent(), **known),
        lambda: specialists.fix(meeting=on_site(unit), **known),
        lambda: specialists.ask_another(**known),
        lambda: specialists.cancel(**known),
        lambda: specialists.finish(outcome="advised", result="済", **known),
    ):
        with pytest.raises(PermissionDenied):
            step()


def test_a_coordinator_kept_out_of_the_consultation_takes_no_step(
    requested: SpecialistSession, manager: User
) -> None:
    LockOutFactory(consultation=requested.consultation, user=manager)

    with pytest.raises(PermissionDenied):
        specialists.cancel(session=requested, version=requested.version, by=manager)


def test_a_consultation_of_a_ward_has_no_sessions_of_the_centre(
    ward_officer: User, coordinator: User
) -> None:
    theirs = ConsultationFactory(
        in_progress=True, ward_centre=ward_officer.ward_centre, assignee=ward_officer
    )

    with pytest.raises(PermissionDenied):
        specialists.request(consultation=theirs, profession=Profession.LAWYER, by=coordinator)


# ── Edges ──


def test_every_step_from_every_status_is_allowed_or_refused_as_declared(
    accepted: SpecialistSession, unit: Unit, coordinator: User, specialist: Specialist
) -> None:
    """Whatever status a session stands in, a step that is not declared is refused as such."""
    steps_to = {
        Status.HEARD: lambda one: specialists.hear(
            session=one, version=one.version, profession=one.profession, hearing_note="話", by=coordinator
        ),
        Status.MATCHED: lambda one: specialists.match(
            session=one, version=one.version, specialist=specialist, consent=consent(), by=coordinator
        ),
        Status.FIXED: lambda one: specialists.fix(
            session=one, version=one.version, meeting=online(), by=coordinator
        ),
        Status.HELD: lambda one: specialists.finish(
            session=one, version=one.version, outcome="advised", result="済", by=coordinator
        ),
        Status.CANCELLED: lambda one: specialists.cancel(session=one, version=one.version, by=coordinator),
    }
    SpecialistSession.objects.filter(pk=accepted.pk).update(
        begins_at=at(10), ends_at=at(11), way=Way.ONLINE, result="済"
    )
    wrong = []
    for before in Status.values:
        for after, step in steps_to.items():
            if rules.may_follow(before, after):
                continue
            SpecialistSession.objects.filter(pk=accepted.pk).update(status=before)
            try:
                step(SpecialistSession.objects.get(pk=accepted.pk))
            except ValidationError as error:
                if error.error_list[0].code == "status":
                    continue
            wrong.append(f"{before} → {after}")

    assert wrong == []


def test_a_stale_version_is_refused(requested: SpecialistSession, coordinator: User) -> None:
    specialists.hear(
        session=requested, version=1, profession=requested.profession, hearing_note="話", by=coordinator
    )

    assert refusal(lambda: specialists.cancel(session=requested, version=1, by=coordinator)) == "stale"


def test_one_session_of_a_profession_at_a_time(requested: SpecialistSession, coordinator: User) -> None:
    again = {"consultation": requested.consultation, "by": coordinator}

    assert refusal(lambda: specialists.request(profession=requested.profession, **again)) == "twice"
    assert specialists.request(profession=Profession.LAWYER, **again)


def test_a_closed_consultation_and_one_on_its_way_elsewhere_start_none(coordinator: User) -> None:
    closed = ConsultationFactory(closed=True)
    leaving = ConsultationFactory(in_progress=True)
    ReferralFactory(consultation=leaving, kind=Referral.Kind.TRANSFER)

    for one, code in ((closed, "status"), (leaving, "transfer")):
        assert (
            refusal(
                lambda one=one: specialists.request(
                    consultation=one, profession=Profession.LAWYER, by=coordinator
                )
            )
            == code
        )


def test_a_consultation_is_neither_closed_nor_passed_on_while_a_session_goes_on(
    requested: SpecialistSession, coordinator: User, ward_officer: User
) -> None:
    consultation = requested.consultation
    consultation.refresh_from_db()
    version = consultation.version

    assert (
        refusal(
            lambda: steps.close(
                consultation=consultation,
                version=version,
                outcome="answered",
                outcome_text="済",
                by=coordinator,
            )
        )
        == "open_session"
    )
    assert (
        refusal(
            lambda: referring.send(
                consultation=consultation,
                version=version,
                kind=Referral.Kind.TRANSFER,
                to=referring.Receiver(kind="ward_centre", ward_centre=ward_officer.ward_centre),
                summary="要約",
                consent=consent(),
                by=coordinator,
            )
        )
        == "transfer"
    )


# ── Hearing ──


@pytest.mark.parametrize(
    "note",
    [
        "相談花子さんの団体の会計",
        "そうだん はなこ からの話",
        "相談様より",
        "０４５ー１２３ー４５６７へ電話する",
        "返事は HANAKO@example.jp へ",
    ],
)
def test_a_hearing_note_that_names_the_person_is_refused(
    note: str, requested: SpecialistSession, coordinator: User
) -> None:
    contact = requested.consultation.contact
    contact.email = "hanako@example.jp"
    contact.save()

    assert (
        refusal(
            lambda: specialists.hear(
                session=requested,
                version=1,
                profession=requested.profession,
                hearing_note=note,
                by=coordinator,
            )
        )
        == "names"
    )


def test_words_that_only_resemble_a_name_are_fine(heard: SpecialistSession, coordinator: User) -> None:
    again = specialists.hear(
        session=heard,
        version=heard.version,
        profession=heard.profession,
        hearing_note="団体の運営を知りたい。花子ども会の例も知りたい。",
        by=coordinator,
    )

    assert again.status == Status.HEARD


# ── Match ──


def test_matching_asks_the_specialist_with_what_was_heard_and_nothing_else(
    matched: SpecialistSession, specialist: Specialist
) -> None:
    referral = matched.referral
    assert referral
    assert (matched.status, matched.specialist) == (Status.MATCHED, specialist)
    assert (referral.kind, referral.to_kind, referral.summary) == ("refer", "specialist", EXCERPT)
    mail = mails("referral_link", specialist.email)[0]
    assert EXCERPT not in mail.body
    assert mail.is_private
    matched.consultation.refresh_from_db()
    assert matched.consultation.waiting_for == Consultation.WaitingFor.PARTNER


def test_matching_needs_consent_and_nobody_waives_it(
    heard: SpecialistSession, specialist: Specialist, manager: User
) -> None:
    for given in (
        referring.Consent(text="同意", given_on=None),
        referring.Consent(text="急ぐため", given_on=None, is_override=True),
        referring.Consent(text="フォーム", given_on=None, is_from_form=True),
    ):
        assert (
            refusal(
                lambda given=given: specialists.match(
                    session=heard, version=heard.version, specialist=specialist, consent=given, by=manager
                )
            )
            == "consent"
        )
    assert not Referral.objects.exists()


def test_who_left_the_roster_or_knows_something_else_is_not_asked(
    heard: SpecialistSession, coordinator: User
) -> None:
    for one in (SpecialistFactory(is_active=False), SpecialistFactory(profession=Profession.LAWYER)):
        assert (
            refusal(
                lambda one=one: specialists.match(
                    session=heard, version=heard.version, specialist=one, consent=consent(), by=coordinator
                )
            )
            == "specialist"
        )


def test_a_slot_kept_for_one_session_is_offered_to_no_other(
    heard: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    slot = SpecialistSlot.objects.create(specialist=specialist, begins_at=at(14), ends_at=at(16))
    other = _heard(ConsultationFactory(in_progress=True), coordinator)
    specialists.match(
        session=heard,
        version=heard.version,
        specialist=specialist,
        consent=consent(),
        by=coordinator,
        slot=slot,
    )

    assert not SpecialistSlot.objects.all().free().exists()
    assert (
        refusal(
            lambda: specialists.match(
                session=other,
                version=other.version,
                specialist=specialist,
                consent=consent(),
                by=coordinator,
                slot=slot,
            )
        )
        == "slot_taken"
    )
    assert Referral.objects.count() == 1


def _heard(consultation: Consultation, by: User) -> SpecialistSession:
    session = specialists.request(consultation=consultation, profession=Profession.TAX_ACCOUNTANT, by=by)
    return specialists.hear(
        session=session, version=1, profession=session.profession, hearing_note="会計の話", by=by
    )


# ── The specialist answers ──


def test_acceptance_brings_it_back_to_staff_with_the_clock_going_on(accepted: SpecialistSession) -> None:
    consultation = accepted.consultation
    consultation.refresh_from_db()

    assert consultation.status == Consultation.Status.IN_PROGRESS
    assert consultation.due_at is not None
    entry = Entry.objects.get(consultation=consultation)
    assert (entry.kind, entry.by, entry.referral) == (Entry.Kind.PARTNER, None, accepted.referral)
    assert "火曜の午後" in entry.text


def test_a_decline_brings_the_session_back_to_matching(matched: SpecialistSession) -> None:
    partner.decline(link=AnswerLink.objects.get(referral=matched.referral), reason="予定が合いません。")

    matched.refresh_from_db()
    assert (matched.status, matched.specialist, matched.referral) == (Status.HEARD, None, None)


def test_silence_gives_the_consultation_back_with_the_clock_going_on(
    matched: SpecialistSession, specialist: Specialist, coordinator: User, travel: time_machine.Traveller
) -> None:
    slot = SpecialistSlot.objects.create(specialist=specialist, begins_at=at(14), ends_at=at(16))
    SpecialistSession.objects.filter(pk=matched.pk).update(slot=slot)
    referral = matched.referral
    assert referral
    referrals.expire(referral=referral)
    referral.refresh_from_db()
    assert referral.status == Referral.Status.SENT

    travel.move_to(MONDAY + timedelta(days=30))
    referrals.expire(referral=referral)

    referral.refresh_from_db()
    matched.refresh_from_db()
    matched.consultation.refresh_from_db()
    assert referral.status == Referral.Status.EXPIRED
    assert (matched.status, matched.slot) == (Status.HEARD, None)
    assert matched.consultation.status == Consultation.Status.IN_PROGRESS
    assert matched.consultation.due_at is not None
    assert AnswerLink.objects.filter(revoked_at__isnull=True).count() == 0
    assert mails("referral_expired", coordinator.email)


# ── Time and place ──


def test_nothing_is_fixed_before_the_specialist_accepted(
    matched: SpecialistSession, coordinator: User
) -> None:
    assert (
        refusal(
            lambda: specialists.fix(
                session=matched, version=matched.version, meeting=online(), by=coordinator
            )
        )
        == "not_accepted"
    )


def test_fixing_keeps_the_place_and_sends_both_an_entry(
    fixed: SpecialistSession, unit: Unit, specialist: Specialist
) -> None:
    person_mail = mails("session_fixed", fixed.consultation.contact.email)[0]
    theirs = mails("session_fixed", specialist.email)[0]

    assert fixed.hold
    assert Occupancy.objects.get(unit=unit).hold == fixed.hold
    for mail in (person_mail, theirs):
        whole, event = entries(mail)
        assert whole["method"] == "REQUEST"
        assert event["uid"] == uid_of(fixed)
        assert event["sequence"] == 1
        assert event["status"] == "CONFIRMED"
        assert (event.decoded("dtstart"), event.decoded("dtend")) == (at(14), at(15))
        assert unit.name in event["location"]
        assert event["attendee"] == f"mailto:{mail.to}"
    assert (
        "相談" not in theirs.body.replace("相談", "", 0) or fixed.consultation.contact.name not in theirs.body
    )


def test_moving_updates_the_entry_and_the_place(
    fixed: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    other = Unit.objects.get(code="table-2")
    moved = specialists.fix(
        session=fixed, version=fixed.version, meeting=on_site(other, hour=16), by=coordinator
    )

    whole, event = entries(mails("session_moved", specialist.email)[0])
    assert (whole["method"], event["sequence"]) == ("REQUEST", 2)
    assert event["uid"] == uid_of(fixed)
    assert event.decoded("dtstart") == at(16)
    assert list(Occupancy.objects.values_list("unit", flat=True)) == [other.pk]
    assert moved.place == other.name


def test_moving_by_an_hour_in_the_same_place_does_not_meet_itself(
    fixed: SpecialistSession, unit: Unit, coordinator: User
) -> None:
    meeting = Meeting(
        at(14) + timedelta(minutes=30), at(15) + timedelta(minutes=30), Way.ON_SITE, units=[unit]
    )

    moved = specialists.fix(session=fixed, version=fixed.version, meeting=meeting, by=coordinator)

    assert Occupancy.objects.get(unit=unit).hold == moved.hold


def test_cancelling_frees_the_place_and_takes_the_entries_back(
    fixed: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    cancelled = specialists.cancel(session=fixed, version=fixed.version, by=coordinator)

    assert cancelled.status == Status.CANCELLED
    assert not Occupancy.objects.exists()
    for address in (fixed.consultation.contact.email, specialist.email):
        whole, event = entries(mails("session_cancelled", address)[0])
        assert (whole["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)
        assert event["uid"] == uid_of(fixed)
        assert event.decoded("dtstart") == at(14)
    referral = Referral.objects.get()
    assert referral.status == Referral.Status.WITHDRAWN


def test_asking_another_specialist_calls_off_what_was_fixed(
    fixed: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    again = specialists.ask_another(session=fixed, version=fixed.version, by=coordinator)

    assert (again.status, again.specialist, again.begins_at, again.hold) == (Status.HEARD, None, None, None)
    assert not Occupancy.objects.exists()
    assert mails("session_cancelled", specialist.email)


def test_the_person_who_takes_the_question_back_ends_the_session(
    fixed: SpecialistSession, specialist: Specialist
) -> None:
    person.withdraw(consultation=fixed.consultation)

    fixed.refresh_from_db()
    assert fixed.status == Status.CANCELLED
    assert not Occupancy.objects.exists()
    assert entries(mails("session_cancelled", specialist.email)[0])[0]["method"] == "CANCEL"
    assert Referral.objects.get().status == Referral.Status.WITHDRAWN


@pytest.mark.parametrize("taken_by", ["booking", "hold"])
def test_a_place_taken_meanwhile_is_refused_with_words_and_nothing_is_sent(
    taken_by: str, accepted: SpecialistSession, unit: Unit, coordinator: User
) -> None:
    if taken_by == "hold":
        HoldFactory(units=[unit], day=TALK)
    else:
        BookingFactory(space=unit.spaces.get(), occupancies=[unit], day=TALK, hour=14)

    assert (
        refusal(
            lambda: specialists.fix(
                session=accepted, version=accepted.version, meeting=on_site(unit), by=coordinator
            )
        )
        == "taken"
    )
    accepted.refresh_from_db()
    assert accepted.status == Status.MATCHED
    assert not OutgoingMail.objects.filter(kind__startswith="consultations/session_").exists()


def test_a_move_to_a_taken_place_leaves_everything_as_it_was(
    fixed: SpecialistSession, unit: Unit, coordinator: User
) -> None:
    other = Unit.objects.get(code="table-2")
    HoldFactory(units=[other], day=TALK)

    assert (
        refusal(
            lambda: specialists.fix(
                session=fixed, version=fixed.version, meeting=on_site(other), by=coordinator
            )
        )
        == "taken"
    )
    assert Occupancy.objects.get(unit=unit).hold == fixed.hold


@pytest.mark.parametrize(
    ("meeting", "code"),
    [
        (lambda unit: Meeting(at(7), at(8), Way.ON_SITE, units=[unit]), "closed"),
        (lambda unit: Meeting(at(14), at(15), Way.ON_SITE), "units"),
        (lambda unit: Meeting(at(14), at(15), Way.ONLINE, address="javascript:alert(1)"), "address"),
        (lambda unit: Meeting(at(14), at(14), Way.PHONE), "time_order"),
        (lambda unit: Meeting(at(9), at(17), Way.PHONE), "time_order"),
        (lambda unit: Meeting(at(14, date(2026, 11, 13)), at(15, date(2026, 11, 13)), Way.PHONE), "past"),
        (lambda unit: Meeting(at(14), at(15), "pigeon"), "way"),
    ],
)
def test_a_meeting_that_can_not_be_is_refused(
    meeting: Callable[[Unit], Meeting], code: str, accepted: SpecialistSession, unit: Unit, coordinator: User
) -> None:
    assert (
        refusal(
            lambda: specialists.fix(
                session=accepted, version=accepted.version, meeting=meeting(unit), by=coordinator
            )
        )
        == code
    )


def test_a_specialist_is_at_one_place_at_a_time(
    fixed: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    other = _heard(ConsultationFactory(in_progress=True), coordinator)
    other = specialists.match(
        session=other, version=other.version, specialist=specialist, consent=consent(), by=coordinator
    )
    partner.accept(link=AnswerLink.objects.get(referral=other.referral), wish="いつでも")

    assert (
        refusal(
            lambda: specialists.fix(session=other, version=other.version, meeting=online(), by=coordinator)
        )
        == "slot_taken"
    )
    assert specialists.fix(session=other, version=other.version, meeting=online(16), by=coordinator)


def test_a_person_who_may_not_be_mailed_is_not(
    accepted: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    contact = accepted.consultation.contact
    contact.may_mail = False
    contact.save()

    specialists.fix(session=accepted, version=accepted.version, meeting=online(), by=coordinator)

    assert mails("session_fixed", specialist.email)
    assert not mails("session_fixed", contact.email)


def test_the_office_waits_until_it_was_held_and_the_page_stays_open_so_long(
    accepted: SpecialistSession, coordinator: User, travel: time_machine.Traveller
) -> None:
    day = date(2027, 2, 24)
    meeting = Meeting(at(14, day), at(15, day), Way.PHONE)
    fixed = specialists.fix(session=accepted, version=accepted.version, meeting=meeting, by=coordinator)
    fixed.consultation.refresh_from_db()
    assert fixed.consultation.status == Consultation.Status.WAITING
    referral = Referral.objects.get()
    assert referral.answer_until > at(14, day) + timedelta(days=13)

    travel.move_to(at(14, day + timedelta(days=1)))
    referrals.expire(referral=referral)
    referral.refresh_from_db()
    assert referral.status == Referral.Status.ACCEPTED


# ── Result ──


def test_a_result_is_told_once_it_has_begun_and_finishes_the_referral(
    fixed: SpecialistSession, coordinator: User, travel: time_machine.Traveller
) -> None:
    told = {"outcome": "advised", "result": "帳簿のつけ方を伝えた。", "by": coordinator}
    assert refusal(lambda: specialists.finish(session=fixed, version=fixed.version, **told)) == "too_early"

    travel.move_to(at(15))
    held = specialists.finish(session=fixed, version=fixed.version, **told)

    assert (held.status, held.result) == (Status.HELD, "帳簿のつけ方を伝えた。")
    assert Referral.objects.get().status == Referral.Status.DONE
    assert "帳簿のつけ方" in Entry.objects.filter(kind=Entry.Kind.PARTNER).latest("pk").text
    held.consultation.refresh_from_db()
    assert held.consultation.status == Consultation.Status.IN_PROGRESS


def test_what_the_specialist_tells_on_the_page_ends_the_session(
    fixed: SpecialistSession, travel: time_machine.Traveller
) -> None:
    link = AnswerLink.objects.get(revoked_at__isnull=True)
    early = lambda: partner.finish(link=link, outcome="advised", outcome_text="話した。")  # noqa: E731
    assert refusal(early) == "too_early"

    travel.move_to(at(15))
    early()

    fixed.refresh_from_db()
    assert (fixed.status, fixed.result) == (Status.HELD, "話した。")


def test_a_session_long_past_is_told_by_staff_after_the_page_has_closed(
    fixed: SpecialistSession, coordinator: User, travel: time_machine.Traveller
) -> None:
    travel.move_to(at(15) + timedelta(days=40))
    referrals.expire(referral=Referral.objects.get())
    fixed.refresh_from_db()
    assert fixed.status == Status.FIXED

    held = specialists.finish(
        session=fixed, version=fixed.version, outcome="advised", result="話した。", by=coordinator
    )

    assert held.status == Status.HELD
    assert Referral.objects.get().status == Referral.Status.EXPIRED


# ── The answer comes before the session ──


def test_an_answer_is_asked_for_before_the_time_that_is_kept(
    client: Client, heard: SpecialistSession, specialist: Specialist, coordinator: User
) -> None:
    begins = clock.at(clock.today() + timedelta(days=3), time(14))
    slot = SpecialistSlot.objects.create(
        specialist=specialist, begins_at=begins, ends_at=begins + timedelta(hours=1)
    )

    matched = specialists.match(
        session=heard,
        version=heard.version,
        specialist=specialist,
        slot=slot,
        consent=consent(),
        by=coordinator,
    )

    referral = matched.referral
    assert referral is not None
    assert clock.now() < referral.answer_until < begins
    assert AnswerLink.objects.get().expires_at == referral.answer_until
    partner.renew_link(referral=referral, by=coordinator)
    referral.refresh_from_db()
    assert referral.answer_until < begins
    # Yes to what was proposed is one press.
    page = client.get(url_mailed_to(specialist.email)).content.decode()
    assert re.search(rf'name="accept-slots" value="{slot.pk}"[^>]* checked', page)
