"""The life of a referral between offices: who may take which step, and what each end sees afterwards."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from consultations.actions import person, referrals, referring, steps
from consultations.actions.referring import Consent, Receiver
from consultations.models import Access, Attachment, Consultation, Contact, Entry, Referral
from consultations.rules import rights
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.centre import WardCentreFactory
from tests.factories.consultations import (
    ConsultationFactory,
    EntryFactory,
    LockOutFactory,
    ReferralFactory,
    SpecialistFactory,
)

pytestmark = pytest.mark.django_db
Kind, To, Status = Referral.Kind, Referral.To, Referral.Status
CENTRE = Receiver(To.CENTRE)
SAID_YES = Consent("センターへ内容を伝えること", clock.today())


def send(consultation: Consultation, by: User, **facts: object) -> Referral:
    asked: dict[str, object] = {
        "version": consultation.version,
        "kind": Kind.REFER,
        "to": CENTRE,
        "summary": "川辺の掃除の保険を知りたい人。",
        "consent": SAID_YES,
    }
    return referring.send(consultation=consultation, by=by, **(asked | facts))  # type: ignore[arg-type]


def refused(consultation: Consultation, by: User, **facts: object) -> str | None:
    with pytest.raises(ValidationError) as refusal:
        send(consultation, by, **facts)
    assert not Referral.objects.filter(
        consultation=consultation, summary="川辺の掃除の保険を知りたい人。"
    ).exists()
    return refusal.value.code


def level(consultation: Consultation, office: object) -> str | None:
    row = Access.objects.filter(consultation=consultation, ward_centre=office).first()
    return row.level if row else None


# ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_sent_referral_keeps_both_ends_as_they_were_called(own: Consultation, ward_officer: User) -> None:
    office = own.ward_centre
    assert office is not None
    before = office.name

    referral = send(own, ward_officer)
    office.name = "新しい名前のセンター"
    office.save()

    referral.refresh_from_db()
    assert (referral.from_name, referral.from_ward_centre, referral.status) == (before, office, Status.SENT)
    assert level(own, None) == Access.Level.SUMMARY
    assert level(own, office) == Access.Level.OWNER


def test_the_receiver_hears_of_it_without_a_word_of_the_case(own: Consultation, ward_officer: User) -> None:
    send(own, ward_officer)

    for mail in OutgoingMail.objects.all():
        for word in (own.subject, own.text, "川辺", own.contact.name, own.contact.email):
            assert word not in mail.subject + mail.body


@pytest.mark.parametrize("who", ["coordinator", "other_officer", "citizen"])
def test_only_the_office_that_has_it_sends_it(
    who: str, own: Consultation, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(PermissionDenied):
        send(own, request.getfixturevalue(who))


def test_nobody_who_left_or_is_kept_out_sends_it(own: Consultation, ward_officer: User) -> None:
    gone = UserFactory(role=User.Role.WARD, ward_centre=own.ward_centre, is_active=False)
    kept_out = UserFactory(role=User.Role.WARD, ward_centre=own.ward_centre)
    LockOutFactory(consultation=own, user=kept_out)

    for user in (gone, kept_out):
        with pytest.raises(PermissionDenied):
            send(own, user)


def test_it_goes_neither_to_oneself_nor_to_nobody(own: Consultation, ward_officer: User) -> None:
    assert refused(own, ward_officer, to=Receiver(To.WARD_CENTRE, ward_centre=own.ward_centre)) == "itself"
    assert refused(own, ward_officer, to=Receiver(To.WARD_CENTRE)) == "receiver"
    assert refused(own, ward_officer, to=Receiver("nowhere")) == "receiver"
    assert refused(own, ward_officer, summary="  ") == "summary"


def test_the_centre_asks_itself_for_nothing(coordinator: User) -> None:
    with pytest.raises(PermissionDenied):
        send(ConsultationFactory(in_progress=True), coordinator)


def test_only_the_centre_asks_organisations_and_specialists(own: Consultation, ward_officer: User) -> None:
    organisation = Receiver(To.ORGANISATION, name="みどり社会福祉の会", email="green@example.jp")
    specialist = Receiver(To.SPECIALIST, specialist=SpecialistFactory())

    for to in (organisation, specialist):
        with pytest.raises(PermissionDenied):
            send(own, ward_officer, to=to)


def test_an_organisation_has_a_name_and_an_address(coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)

    assert (
        refused(consultation, coordinator, to=Receiver(To.ORGANISATION, email="a@example.jp")) == "receiver"
    )
    assert refused(consultation, coordinator, to=Receiver(To.ORGANISATION, name="会")) == "no_address"
    assert (
        refused(consultation, coordinator, to=Receiver(To.ORGANISATION, name="会", email="not an address"))
        == "invalid"
    )


def test_two_open_to_one_receiver_are_refused_though_it_changed_its_name(
    coordinator: User, ward_officer: User
) -> None:
    consultation = ConsultationFactory(in_progress=True, assignee=coordinator)
    office = ward_officer.ward_centre
    assert office is not None
    first = send(consultation, coordinator, to=Receiver(To.WARD_CENTRE, ward_centre=office))
    consultation.refresh_from_db()
    office.name = "新しい名前のセンター"
    office.save()

    with pytest.raises(ValidationError) as refusal:
        send(consultation, coordinator, to=Receiver(To.WARD_CENTRE, ward_centre=office))
    assert refusal.value.code == "twice"

    referrals.withdraw(referral=first, by=coordinator)
    consultation.refresh_from_db()
    assert send(consultation, coordinator, to=Receiver(To.WARD_CENTRE, ward_centre=office))


def test_a_transfer_stands_alone(own: Consultation, ward_officer: User) -> None:
    """Whoever got it would inherit questions of another office that it could neither withdraw nor wait for."""
    other = Receiver(To.WARD_CENTRE, ward_centre=WardCentreFactory())
    first = send(own, ward_officer)
    own.refresh_from_db()
    for facts in ({"kind": Kind.TRANSFER, "to": other},):
        with pytest.raises(ValidationError) as refusal:
            send(own, ward_officer, **facts)
        assert refusal.value.code == "transfer"

    referrals.withdraw(referral=first, by=ward_officer)
    own.refresh_from_db()
    send(own, ward_officer, kind=Kind.TRANSFER, to=other)
    own.refresh_from_db()
    with pytest.raises(ValidationError) as refusal:
        send(own, ward_officer)
    assert refusal.value.code == "transfer"


def test_a_stale_or_closed_one_is_not_sent(own: Consultation, ward_officer: User) -> None:
    assert refused(own, ward_officer, version=own.version + 1) == "stale"
    closed = ConsultationFactory(ward_centre=ward_officer.ward_centre, closed=True)
    assert refused(closed, ward_officer) == "status"


# ── Consent ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_consent_is_words_and_a_day_that_has_come(own: Consultation, ward_officer: User) -> None:
    assert refused(own, ward_officer, consent=Consent(" ", clock.today())) == "consent"
    assert refused(own, ward_officer, consent=Consent("伝えること", None)) == "consent"
    tomorrow = clock.today() + timedelta(days=1)
    assert refused(own, ward_officer, consent=Consent("伝えること", tomorrow)) == "consent"


def test_consent_asked_for_names_who_asked(own: Consultation, ward_officer: User) -> None:
    referral = send(own, ward_officer)

    assert (referral.consent_by, referral.consented_on) == (ward_officer, clock.today())


def test_consent_of_the_form_counts_only_where_it_was_given(own: Consultation, ward_officer: User) -> None:
    of_the_form = Consent("申し込みのときの同意", None, is_from_form=True)
    assert refused(own, ward_officer, consent=of_the_form) == "consent"

    Consultation.objects.filter(pk=own.pk).update(referral_consented_at=clock.now() - timedelta(days=3))
    referral = send(own, ward_officer, consent=of_the_form)

    assert referral.consent_by is None
    assert referral.consented_on == clock.today() - timedelta(days=3)


@pytest.mark.parametrize("who", ["reception", "coordinator"])
def test_without_consent_it_goes_for_nobody_but_a_manager(who: str, request: pytest.FixtureRequest) -> None:
    consultation = ConsultationFactory(in_progress=True)
    to = Receiver(To.WARD_CENTRE, ward_centre=WardCentreFactory())
    why = Consent("命の危険がある", None, is_override=True)

    with pytest.raises(PermissionDenied):
        send(consultation, request.getfixturevalue(who), to=to, consent=why)


def test_without_consent_a_ward_officer_sends_nothing(own: Consultation, ward_officer: User) -> None:
    with pytest.raises(PermissionDenied):
        send(own, ward_officer, consent=Consent("急ぐ", None, is_override=True))


def test_a_manager_sends_without_consent_and_says_why(manager: User) -> None:
    consultation = ConsultationFactory(in_progress=True)
    to = Receiver(To.WARD_CENTRE, ward_centre=WardCentreFactory())
    with pytest.raises(ValidationError):
        send(consultation, manager, to=to, consent=Consent("", None, is_override=True))

    referral = send(
        consultation, manager, to=to, consent=Consent("命の危険", clock.today(), is_override=True)
    )

    assert (referral.is_without_consent, referral.consented_on, referral.sent_by) == (True, None, manager)


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("step", ["accept", "decline"])
@pytest.mark.parametrize("who", ["coordinator", "other_officer", "citizen"])
def test_neither_the_sender_nor_a_stranger_answers(
    step: str, who: str, asked: Referral, request: pytest.FixtureRequest
) -> None:
    facts = {"reason": "できない"} if step == "decline" else {}

    with pytest.raises(PermissionDenied):
        getattr(referrals, step)(referral=asked, by=request.getfixturevalue(who), **facts)


def test_somebody_who_left_or_is_kept_out_does_not_answer(asked: Referral, ward_officer: User) -> None:
    gone = UserFactory(role=User.Role.WARD, ward_centre=ward_officer.ward_centre, is_active=False)
    kept_out = UserFactory(role=User.Role.WARD, ward_centre=ward_officer.ward_centre)
    LockOutFactory(consultation=asked.consultation, user=kept_out)

    for user in (gone, kept_out):
        with pytest.raises(PermissionDenied):
            referrals.accept(referral=asked, by=user)


def test_the_page_of_a_partner_answers_for_no_office(asked: Referral) -> None:
    with pytest.raises(PermissionDenied):
        referrals.accept(referral=asked, by=None)


def test_it_is_answered_once(asked: Referral, ward_officer: User) -> None:
    referrals.accept(referral=asked, by=ward_officer)

    for step, facts in (("accept", {}), ("decline", {"reason": "やはり"})):
        with pytest.raises(ValidationError) as refusal:
            getattr(referrals, step)(referral=asked, by=ward_officer, **facts)
        assert refusal.value.code == "status"


@pytest.mark.parametrize("end", ["withdrawn", "expired"])
def test_it_is_not_answered_once_it_is_over(
    end: str, asked: Referral, ward_officer: User, coordinator: User
) -> None:
    if end == "withdrawn":
        referrals.withdraw(referral=asked, by=coordinator)
    else:
        Referral.objects.filter(pk=asked.pk).update(answer_until=clock.now() - timedelta(minutes=1))
        referrals.expire(referral=asked)

    with pytest.raises(ValidationError) as refusal:
        referrals.accept(referral=asked, by=ward_officer)
    assert refusal.value.code == "status"
    assert level(asked.consultation, ward_officer.ward_centre) is None


def test_accepting_opens_what_was_said_but_not_the_notes(
    asked: Referral, ward_officer: User, coordinator: User
) -> None:
    note = EntryFactory(consultation=asked.consultation, by=coordinator)
    talk = EntryFactory(consultation=asked.consultation, by=coordinator, kind=Entry.Kind.TALK)
    assert not Entry.objects.visible_to(ward_officer).exists()

    referrals.accept(referral=asked, by=ward_officer)

    seen = set(Entry.objects.visible_to(ward_officer))
    assert talk in seen
    assert note not in seen
    assert rights.can_see_contact(ward_officer, asked.consultation)


def test_after_declining_nothing_is_left_to_read(
    asked: Referral, ward_officer: User, coordinator: User
) -> None:
    EntryFactory(consultation=asked.consultation, by=coordinator, kind=Entry.Kind.TALK)

    referrals.decline(referral=asked, by=ward_officer, reason="担当がいない")

    assert not Consultation.objects.visible_to(ward_officer).exists()
    assert not Entry.objects.visible_to(ward_officer).exists()
    assert not Attachment.objects.visible_to(ward_officer).exists()


def test_declining_asks_for_a_reason_and_gives_it_back(asked: Referral, ward_officer: User) -> None:
    with pytest.raises(ValidationError) as refusal:
        referrals.decline(referral=asked, by=ward_officer, reason=" ")
    assert refusal.value.code == "reason"

    referrals.decline(referral=asked, by=ward_officer, reason="担当がいない")

    mail = OutgoingMail.objects.get(kind="consultations/referral_answered")
    assert mail.to == asked.sent_by.email
    assert "担当がいない" not in mail.body


def test_the_answer_follows_who_is_still_there(
    asked: Referral, ward_officer: User, coordinator: User, manager: User
) -> None:
    """The centre has no address of its own here: its coordinators and managers hear of it, the one who left does not."""
    Referral.objects.filter(pk=asked.pk).update(sent_by=UserFactory(coordinator=True, is_active=False))
    kept_out = UserFactory(coordinator=True)
    LockOutFactory(consultation=asked.consultation, user=kept_out)
    asked.refresh_from_db()

    referrals.accept(referral=asked, by=ward_officer)

    told = set(OutgoingMail.objects.values_list("to", flat=True))
    assert {coordinator.email, manager.email} <= told
    assert kept_out.email not in told
    assert asked.sent_by.email not in told


def test_a_ward_centre_without_an_address_hears_through_its_officers(
    coordinator: User, ward_officer: User
) -> None:
    UserFactory(role=User.Role.WARD, ward_centre=ward_officer.ward_centre, is_active=False)
    consultation = ConsultationFactory(in_progress=True, assignee=coordinator)
    office = ward_officer.ward_centre
    assert office is not None
    office.email = ""
    office.save()

    send(consultation, coordinator, to=Receiver(To.WARD_CENTRE, ward_centre=office))

    assert list(OutgoingMail.objects.values_list("to", flat=True)) == [ward_officer.email]


# ── The end ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_sender_of_a_transfer_sees_status_and_outcome_for_good(
    own: Consultation, ward_officer: User, coordinator: User
) -> None:
    referral = send(own, ward_officer, kind=Kind.TRANSFER)

    referrals.accept(referral=referral, by=coordinator)

    own.refresh_from_db()
    assert (own.ward_centre, own.status, own.assignee) == (None, Consultation.Status.RECEIVED, None)
    assert level(own, ward_officer.ward_centre) == Access.Level.READ_ONLY
    assert not rights.can_read(ward_officer, own)
    with pytest.raises(PermissionDenied):
        steps.assign(consultation=own, version=own.version, to=ward_officer, by=ward_officer)

    own = steps.assign(consultation=own, version=own.version, to=coordinator, by=coordinator)
    steps.close(
        consultation=own,
        version=own.version,
        outcome="supported",
        outcome_text="保険に入れた。",
        by=coordinator,
    )
    assert Consultation.objects.visible_to(ward_officer).filter(pk=own.pk).exists()
    assert not Consultation.objects.readable_by(ward_officer).filter(pk=own.pk).exists()
    assert not Contact.objects.filter(
        consultation__in=Consultation.objects.readable_by(ward_officer)
    ).exists()


def test_it_may_come_back_and_then_belongs_to_the_first_office_again(
    own: Consultation, ward_officer: User, coordinator: User
) -> None:
    referrals.accept(referral=send(own, ward_officer, kind=Kind.TRANSFER), by=coordinator)
    own.refresh_from_db()
    own = steps.assign(consultation=own, version=own.version, to=coordinator, by=coordinator)
    back = send(
        own,
        coordinator,
        kind=Kind.TRANSFER,
        to=Receiver(To.WARD_CENTRE, ward_centre=ward_officer.ward_centre),
    )

    referrals.accept(referral=back, by=ward_officer)

    assert level(own, ward_officer.ward_centre) == Access.Level.OWNER
    assert level(own, None) == Access.Level.READ_ONLY


def test_finishing_tells_the_sender_and_closes_the_file_to_the_receiver(
    asked: Referral, ward_officer: User, coordinator: User
) -> None:
    referrals.accept(referral=asked, by=ward_officer)
    with pytest.raises(PermissionDenied):
        referrals.finish(referral=asked, by=coordinator, outcome="answered", outcome_text="済")

    referrals.finish(referral=asked, by=ward_officer, outcome="answered", outcome_text="会って話した。")

    asked.refresh_from_db()
    assert (asked.status, asked.outcome_text) == (Status.DONE, "会って話した。")
    assert level(asked.consultation, ward_officer.ward_centre) == Access.Level.READ_ONLY
    assert OutgoingMail.objects.filter(kind="consultations/referral_finished", to=coordinator.email).exists()


def test_an_office_that_fell_silent_blocks_nobody(
    asked: Referral, ward_officer: User, coordinator: User
) -> None:
    referrals.accept(referral=asked, by=ward_officer)
    with pytest.raises(PermissionDenied):
        referrals.withdraw(referral=asked, by=ward_officer)

    referrals.withdraw(referral=asked, by=coordinator)

    assert level(asked.consultation, ward_officer.ward_centre) is None
    consultation = Consultation.objects.get(pk=asked.consultation_id)
    assert steps.close(
        consultation=consultation,
        version=consultation.version,
        outcome="answered",
        outcome_text="伝えた。",
        by=coordinator,
    )


@pytest.mark.parametrize("is_accepted", [False, True])
def test_when_the_person_takes_it_back_nobody_else_goes_on_reading(
    is_accepted: bool, asked: Referral, ward_officer: User
) -> None:
    if is_accepted:
        referrals.accept(referral=asked, by=ward_officer)

    person.withdraw(consultation=asked.consultation)

    asked.refresh_from_db()
    assert asked.status == Status.WITHDRAWN
    assert level(asked.consultation, ward_officer.ward_centre) is None


def test_a_referral_expires_once_and_only_when_nobody_answered(
    asked: Referral, ward_officer: User, coordinator: User
) -> None:
    assert referrals.expire(referral=asked).status == Status.SENT
    Referral.objects.filter(pk=asked.pk).update(answer_until=clock.now() - timedelta(minutes=1))

    assert referrals.expire(referral=asked).status == Status.EXPIRED
    assert referrals.expire(referral=asked).status == Status.EXPIRED
    assert OutgoingMail.objects.filter(kind="consultations/referral_expired").count() == 1

    accepted = ReferralFactory(to_ward_centre=ward_officer.ward_centre, status=Status.ACCEPTED)
    Referral.objects.filter(pk=accepted.pk).update(answer_until=clock.now() - timedelta(minutes=1))
    assert referrals.expire(referral=accepted).status == Status.ACCEPTED


# ── Joint sessions ───────────────────────────────────────────────────────────────────────────────────────────────


def open_hour(days: int = 3) -> datetime:
    return clock.now().replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=days)


def test_wished_times_are_ahead_different_within_opening_hours_and_three(
    own: Consultation, ward_officer: User
) -> None:
    good = open_hour()
    for times, code in (
        ([clock.now() - timedelta(days=1)], "times"),
        ([good, good], "times"),
        ([open_hour(day) for day in (1, 2, 3, 4)], "times"),
        ([good.replace(hour=23)], "closed"),
    ):
        assert refused(own, ward_officer, kind=Kind.JOIN, wished_times=times) == code
    assert refused(own, ward_officer, kind=Kind.REFER, wished_times=[good]) == "times"

    referral = send(own, ward_officer, kind=Kind.JOIN, wished_times=[good])
    assert list(referral.wished_times.values_list("begins_at", flat=True)) == [good]


def test_an_agreed_time_reaches_both_offices_as_a_calendar_entry(
    own: Consultation, ward_officer: User, coordinator: User
) -> None:
    referral = send(own, ward_officer, kind=Kind.JOIN, wished_times=[open_hour()])

    referrals.accept(referral=referral, by=coordinator, meets_at=open_hour())

    mails = OutgoingMail.objects.filter(kind="consultations/referral_meeting")
    assert {ward_officer.email, coordinator.email} <= set(mails.values_list("to", flat=True))
    for mail in mails:
        content = bytes(mail.attachments.get().content).decode().replace("\r\n ", "")
        assert "METHOD:REQUEST" in content
        assert f"UID:referral-{referral.pk}@" in content
        assert "SEQUENCE:1" in content
        for word in (own.subject, own.contact.name, own.contact.email):
            assert word not in content


def test_another_time_replaces_the_first_and_a_withdrawal_takes_it_away(
    own: Consultation, ward_officer: User, coordinator: User
) -> None:
    referral = send(own, ward_officer, kind=Kind.JOIN)
    referrals.accept(referral=referral, by=coordinator)
    assert not OutgoingMail.objects.filter(kind="consultations/referral_meeting").exists()

    referrals.fix_meeting(referral=referral, meets_at=open_hour(2), by=ward_officer)
    referrals.fix_meeting(referral=referral, meets_at=open_hour(3), by=coordinator)
    referrals.fix_meeting(referral=referral, meets_at=open_hour(3), by=coordinator)
    referral.refresh_from_db()
    assert (referral.meets_at, referral.calendar_sequence) == (open_hour(3), 2)

    referrals.withdraw(referral=referral, by=ward_officer)
    gone = OutgoingMail.objects.filter(kind="consultations/referral_meeting_cancelled").first()
    assert gone is not None
    content = bytes(gone.attachments.get().content).decode()
    assert "METHOD:CANCEL" in content
    assert "SEQUENCE:3" in content


def test_a_time_is_agreed_by_the_two_ends_and_lies_ahead(
    own: Consultation, ward_officer: User, coordinator: User, other_officer: User, asked: Referral
) -> None:
    referral = send(own, ward_officer, kind=Kind.JOIN)
    with pytest.raises(ValidationError) as refusal:
        referrals.fix_meeting(referral=referral, meets_at=open_hour(), by=coordinator)
    assert refusal.value.code == "status"
    referrals.accept(referral=referral, by=coordinator)

    with pytest.raises(PermissionDenied):
        referrals.fix_meeting(referral=referral, meets_at=open_hour(), by=other_officer)
    with pytest.raises(ValidationError) as refusal:
        referrals.fix_meeting(referral=referral, meets_at=clock.now() - timedelta(hours=1), by=coordinator)
    assert refusal.value.code == "meets_at"
    with pytest.raises(ValidationError) as refusal:
        referrals.accept(
            referral=asked,
            by=UserFactory(role=User.Role.WARD, ward_centre=asked.to_ward_centre),
            meets_at=open_hour(),
        )
    assert refusal.value.code == "meets_at"


# ── Who sees to it, and who hears of the time ──


def test_what_was_taken_on_has_somebody_of_that_office_in_charge(
    own: Consultation, ward_officer: User, coordinator: User, reception: User, other_officer: User
) -> None:
    referral = referrals.accept(referral=send(own, ward_officer), by=coordinator)
    assert referral.assignee == coordinator

    assert referrals.assign(referral=referral, to=reception, by=coordinator).assignee == reception
    for outsider in (ward_officer, other_officer):
        with pytest.raises(ValidationError) as refused:
            referrals.assign(referral=referral, to=outsider, by=coordinator)
        assert refused.value.code == "assignee"
        with pytest.raises(PermissionDenied):
            referrals.assign(referral=referral, to=reception, by=outsider)


def test_whoever_asked_hears_of_the_joint_time_and_of_its_end(
    own: Consultation, ward_officer: User, coordinator: User
) -> None:
    referral = send(own, ward_officer, kind=Kind.JOIN, wished_times=[open_hour()])

    referrals.accept(referral=referral, by=coordinator, meets_at=open_hour())
    referrals.fix_meeting(referral=referral, meets_at=open_hour(2), by=ward_officer)
    referrals.withdraw(referral=referral, by=ward_officer)

    mails = OutgoingMail.objects.filter(to=own.contact.email, kind__contains="person_meeting").order_by("pk")
    kinds = [mail.kind.removeprefix("consultations/person_meeting") for mail in mails]
    assert kinds == ["", "", "_cancelled"]
    for number, mail in enumerate(mails, start=1):
        assert own.text not in mail.body
        assert f"SEQUENCE:{number}" in bytes(mail.attachments.get().content).decode()


@pytest.mark.parametrize("facts", [{"may_mail": False}, {"email": ""}])
def test_whoever_must_not_be_mailed_hears_of_it_from_staff(
    facts: dict[str, object], own: Consultation, ward_officer: User, coordinator: User
) -> None:
    referral = send(own, ward_officer, kind=Kind.JOIN)
    Contact.objects.filter(consultation=own).update(**facts)

    referrals.accept(referral=referral, by=coordinator, meets_at=open_hour())

    assert not OutgoingMail.objects.filter(kind="consultations/person_meeting").exists()
