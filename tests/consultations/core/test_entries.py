"""What is written into a consultation, by whom, and what it does to the clock and the inbox."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User
from consultations.actions import entries
from consultations.models import Consultation, Entry
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, EntryFactory

pytestmark = pytest.mark.django_db
Status = Consultation.Status
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=clock.TOKYO)


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def test_a_note_is_never_mailed(coordinator: User) -> None:
    consultation = ConsultationFactory()

    note = entries.add_note(consultation=consultation, note="本人には言わない。", by=coordinator)

    assert (note.kind, note.mail) == (Entry.Kind.NOTE, None)
    assert not OutgoingMail.objects.exists()


def test_the_database_refuses_a_note_with_a_mail(coordinator: User) -> None:
    consultation = ConsultationFactory()
    reply = entries.reply(consultation=consultation, version=1, message="こんにちは。", by=coordinator)

    with pytest.raises(IntegrityError, match="entry_note_has_no_mail"), transaction.atomic():
        EntryFactory(consultation=consultation, mail=reply.mail)


def test_a_reply_is_mailed_to_the_person_and_answers(coordinator: User) -> None:
    consultation = ConsultationFactory(contact__email="hanako@example.jp")

    reply = entries.reply(
        consultation=consultation, version=1, message="場所の探し方をお伝えします。", by=coordinator
    )

    mail = OutgoingMail.objects.get()
    assert reply.mail == mail
    assert mail.to == "hanako@example.jp"
    assert "場所の探し方をお伝えします。" in mail.body
    assert mail.reply_to.startswith(f"reply+{consultation.reference.lower()}.")
    consultation.refresh_from_db()
    assert (consultation.status, consultation.assignee) == (Status.IN_PROGRESS, coordinator)
    assert consultation.first_answered_at is not None
    assert [change.after for change in consultation.status_changes.all()] == ["assigned", "in_progress"]


def test_a_reply_can_wait_for_the_answer(coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)

    entries.reply(
        consultation=consultation,
        version=1,
        message="いつがよいですか。",
        by=coordinator,
        waits_for_answer=True,
    )

    consultation.refresh_from_db()
    assert (consultation.status, consultation.waiting_for) == (Status.WAITING, "person")
    assert consultation.due_at is None


@pytest.mark.parametrize(
    ("facts", "code"), [({"contact__may_mail": False}, "no_mail"), ({"contact__email": ""}, "no_mail")]
)
def test_nobody_is_mailed_who_did_not_allow_it(
    facts: dict[str, object], code: str, coordinator: User
) -> None:
    consultation = ConsultationFactory(**facts)

    with pytest.raises(ValidationError) as refused:
        entries.reply(consultation=consultation, version=1, message="こんにちは。", by=coordinator)

    assert refused.value.code == code
    assert not OutgoingMail.objects.exists()
    assert not Entry.objects.exists()


def test_a_second_reply_from_the_same_page_is_stale(coordinator: User, manager: User) -> None:
    consultation = ConsultationFactory()
    entries.reply(consultation=consultation, version=1, message="一通目", by=coordinator)

    with pytest.raises(ValidationError) as refused:
        entries.reply(consultation=consultation, version=1, message="二通目", by=manager)

    assert refused.value.code == "stale"
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("stranger", ["citizen", "ward_officer"])
def test_nobody_of_another_office_writes(stranger: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(stranger)
    consultation = ConsultationFactory()

    for write in (
        lambda: entries.add_note(consultation=consultation, note="x", by=user),
        lambda: entries.reply(consultation=consultation, version=1, message="x", by=user),
        lambda: entries.mark_seen(consultation=consultation, version=1, by=user),
        lambda: entries.log_talk(
            consultation=consultation, channel="phone", note="x", is_reached=True, by=user
        ),
    ):
        with pytest.raises(PermissionDenied):
            write()
    assert not Entry.objects.exists()


@time_machine.travel(MONDAY, tick=False)
def test_the_first_answer_counts_once_in_working_days(coordinator: User) -> None:
    consultation = ConsultationFactory(received_at=MONDAY - timedelta(days=3))

    entries.log_talk(
        consultation=consultation, channel="phone", note="留守だった。", is_reached=False, by=coordinator
    )
    consultation.refresh_from_db()
    assert consultation.first_answered_at is None

    entries.log_talk(
        consultation=consultation, channel="phone", note="話を聞いた。", is_reached=True, by=coordinator
    )
    consultation.refresh_from_db()
    assert (consultation.first_answered_at, consultation.first_answer_days) == (MONDAY, 3)
    assert consultation.due_at is not None
    assert clock.local(consultation.due_at).date().isoformat() == "2026-11-23"


def test_a_message_wakes_what_waits_for_the_person_and_keeps_the_date_to_ask(coordinator: User) -> None:
    follow_up = clock.today() + timedelta(days=30)
    consultation = ConsultationFactory(waiting=True, follow_up_on=follow_up)

    entries.receive_message(consultation=consultation, message="ありがとうございました。")

    consultation.refresh_from_db()
    assert consultation.status == Status.IN_PROGRESS
    assert consultation.due_at is not None
    assert consultation.follow_up_on == follow_up
    assert consultation.unanswered_since is not None

    entries.mark_seen(consultation=consultation, version=consultation.version, by=coordinator)
    consultation.refresh_from_db()
    assert consultation.unanswered_since is None
    assert consultation.follow_up_on == follow_up


def test_a_message_that_came_after_the_page_was_opened_is_not_put_aside_with_it(coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)
    entries.receive_message(consultation=consultation, message="ありがとうございました。")
    consultation.refresh_from_db()
    opened_at = consultation.version
    entries.receive_message(consultation=consultation, message="もう1つ、困っていることがあります。")

    with pytest.raises(ValidationError) as refused:
        entries.mark_seen(consultation=consultation, version=opened_at, by=coordinator)

    consultation.refresh_from_db()
    assert refused.value.code == "stale"
    assert consultation.unanswered_since is not None


def test_a_message_does_not_wake_what_waits_for_a_partner() -> None:
    consultation = ConsultationFactory(waiting=True, waiting_for="partner")

    entries.receive_message(consultation=consultation, message="その後どうなりましたか。")

    consultation.refresh_from_db()
    assert consultation.status == Status.WAITING


def test_a_message_to_a_closed_one_asks_for_reopening_and_reopens_nothing() -> None:
    consultation = ConsultationFactory(closed=True)

    entries.receive_message(consultation=consultation, message="まだ困っています。")

    consultation.refresh_from_db()
    assert consultation.status == Status.CLOSED
    assert consultation.reopening_asked_at is not None


def test_words_are_asked_for_and_end_somewhere(coordinator: User) -> None:
    consultation = ConsultationFactory()

    for words, code in (("  \n", "empty"), ("長" * 8001, "too_long")):
        with pytest.raises(ValidationError) as refused:
            entries.add_note(consultation=consultation, note=words, by=coordinator)
        assert refused.value.code == code


def test_a_talk_of_tomorrow_is_not_logged(coordinator: User) -> None:
    with pytest.raises(ValidationError) as refused:
        entries.log_talk(
            consultation=ConsultationFactory(),
            channel="phone",
            note="話した。",
            is_reached=True,
            happened_at=clock.now() + timedelta(hours=1),
            by=coordinator,
        )

    assert refused.value.code == "future"
