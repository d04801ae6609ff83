"""Who sees a consultation, its entries, files and referrals: one rule each, at every level of access."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from consultations.actions import access, files, referrals
from consultations.models import Access, Attachment, Consultation, Entry, Referral
from consultations.rules import rights
from kyodo.centre.models import WardCentre
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import (
    ConsultationFactory,
    EntryFactory,
    LockOutFactory,
    ReferralFactory,
)

pytestmark = pytest.mark.django_db
Kind = Entry.Kind


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def ward_centre(ward_officer: User) -> WardCentre:
    assert ward_officer.ward_centre is not None
    return ward_officer.ward_centre


@pytest.fixture
def elsewhere() -> User:
    """An officer of another ward."""
    return UserFactory(ward_officer=True)


def seen_by(user: User) -> set[Consultation]:
    return set(Consultation.objects.visible_to(user))


def kinds_seen_by(user: User) -> set[str]:
    return set(Entry.objects.visible_to(user).values_list("kind", flat=True))


def one_entry_of_each_kind(consultation: Consultation) -> None:
    for kind in Kind:
        EntryFactory(consultation=consultation, kind=kind)


def test_the_centre_sees_its_own_and_a_ward_its_own(
    reception: User, ward_officer: User, elsewhere: User, ward_centre: WardCentre
) -> None:
    ours = ConsultationFactory()
    theirs = ConsultationFactory(ward_centre=ward_centre)

    assert seen_by(reception) == {ours}
    assert seen_by(ward_officer) == {theirs}
    assert seen_by(elsewhere) == set()


def test_a_citizen_sees_what_they_asked_and_nothing_else(citizen: User, representative: User) -> None:
    mine = ConsultationFactory(person=citizen)
    ConsultationFactory(person=representative)
    ConsultationFactory()

    assert seen_by(citizen) == {mine}


def test_a_citizen_reads_messages_and_replies_of_their_own_only(citizen: User) -> None:
    one_entry_of_each_kind(ConsultationFactory(person=citizen))
    one_entry_of_each_kind(ConsultationFactory())

    entries = Entry.objects.visible_to(citizen)

    assert {entry.kind for entry in entries} == {Kind.MESSAGE, Kind.REPLY}
    assert {entry.consultation.person for entry in entries} == {citizen}


def test_the_level_grows_with_a_referral_and_shrinks_to_its_outcome(
    coordinator: User, ward_officer: User, ward_centre: WardCentre
) -> None:
    referral = ReferralFactory(to_ward_centre=ward_centre)
    consultation = referral.consultation
    one_entry_of_each_kind(consultation)

    assert rights.level_of(ward_officer, consultation) == Access.Level.SUMMARY
    assert not rights.can_see_contact(ward_officer, consultation)
    assert kinds_seen_by(ward_officer) == set()

    referrals.accept(referral=referral, by=ward_officer)
    assert rights.level_of(ward_officer, consultation) == Access.Level.FULL
    assert rights.can_see_contact(ward_officer, consultation)
    assert kinds_seen_by(ward_officer) == {Kind.MESSAGE, Kind.REPLY, Kind.TALK, Kind.PARTNER}

    referrals.finish(referral=referral, by=ward_officer, outcome="answered", outcome_text="伝えた。")
    assert rights.level_of(ward_officer, consultation) == Access.Level.READ_ONLY
    assert not rights.can_see_contact(ward_officer, consultation)
    assert kinds_seen_by(ward_officer) == set()
    assert consultation not in Consultation.objects.readable_by(ward_officer)
    assert rights.level_of(coordinator, consultation) == Access.Level.OWNER


def test_after_declining_nothing_is_seen_but_that_it_was_asked(
    ward_officer: User, ward_centre: WardCentre
) -> None:
    referral = ReferralFactory(to_ward_centre=ward_centre)

    referrals.decline(referral=referral, by=ward_officer, reason="担当がいない。")

    assert seen_by(ward_officer) == set()
    assert list(Referral.objects.visible_to(ward_officer)) == [referral]


def test_after_a_transfer_the_sender_reads_status_and_outcome_and_their_own_notes(
    coordinator: User, ward_officer: User, ward_centre: WardCentre
) -> None:
    consultation = ConsultationFactory(ward_centre=ward_centre, in_progress=True, assignee=ward_officer)
    own = EntryFactory(consultation=consultation, by=ward_officer, office=ward_centre)
    referral = ReferralFactory(
        consultation=consultation, to_centre=True, kind=Referral.Kind.TRANSFER, sent_by=ward_officer
    )

    referrals.accept(referral=referral, by=coordinator)
    later = EntryFactory(consultation=consultation, office=None)

    consultation.refresh_from_db()
    assert consultation.ward_centre is None
    assert consultation.status == Consultation.Status.RECEIVED
    assert rights.level_of(ward_officer, consultation) == Access.Level.READ_ONLY
    assert list(Entry.objects.visible_to(ward_officer)) == [own]
    assert set(Entry.objects.visible_to(coordinator)) == {own, later}
    assert not rights.can_work_on(ward_officer, consultation)


def test_somebody_locked_out_sees_nothing_of_it_anywhere(coordinator: User, manager: User) -> None:
    referral = ReferralFactory()
    consultation = referral.consultation
    EntryFactory(consultation=consultation)
    LockOutFactory(consultation=consultation, user=coordinator)

    assert seen_by(coordinator) == set()
    assert not Consultation.objects.readable_by(coordinator).exists()
    assert not Consultation.objects.in_hand_of(coordinator).exists()
    assert not Entry.objects.visible_to(coordinator).exists()
    assert not Referral.objects.visible_to(coordinator).exists()
    assert rights.level_of(coordinator, consultation) is None
    assert seen_by(manager) == {consultation}


def test_files_are_seen_as_what_they_belong_to(
    citizen: User, coordinator: User, ward_officer: User, ward_centre: WardCentre
) -> None:
    referral = ReferralFactory(
        to_ward_centre=ward_centre, consultation__in_progress=True, consultation__person=citizen
    )
    consultation = referral.consultation
    note = EntryFactory(consultation=consultation)
    of_question = Attachment.objects.create(
        consultation=consultation, name="計画.pdf", content_type="application/pdf", size=1, file="a"
    )
    of_note = Attachment.objects.create(
        consultation=consultation,
        entry=note,
        name="メモ.pdf",
        content_type="application/pdf",
        size=1,
        file="b",
    )

    assert set(Attachment.objects.visible_to(coordinator)) == {of_question, of_note}
    assert set(Attachment.objects.visible_to(citizen)) == {of_question}
    assert set(Attachment.objects.visible_to(ward_officer)) == set()

    referrals.accept(referral=referral, by=ward_officer)
    assert set(Attachment.objects.visible_to(ward_officer)) == {of_question}


def test_there_is_one_owner_and_one_row_an_office(ward_centre: WardCentre) -> None:
    consultation = ConsultationFactory()
    for _time in range(2):
        access.refresh(consultation)
    assert Access.objects.filter(consultation=consultation).count() == 1

    consultation.ward_centre = WardCentreFactory()
    consultation.save()
    access.refresh(consultation)

    row = Access.objects.get(consultation=consultation)
    assert (row.level, row.ward_centre) == (Access.Level.OWNER, consultation.ward_centre)


def test_files_are_limited_to_five_of_twenty_megabytes() -> None:
    assert (files.MOST_FILES, files.MOST_BYTES) == (5, 20 * 1024 * 1024)


def test_who_is_signed_in_nowhere_is_asked_for_nothing() -> None:
    """visible_to takes accounts alone: a view for everybody never asks it."""
    with pytest.raises(AttributeError):
        Consultation.objects.visible_to(AnonymousUser()).exists()  # type: ignore[arg-type]
