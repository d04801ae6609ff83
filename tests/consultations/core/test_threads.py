"""A reply of staff is a letter: it stands below the one it answers in the person's mail client."""

from email import message_from_bytes

import pytest

from accounts.models import User
from consultations.actions import entries
from consultations.actions.inbound import receiving
from consultations.emails import people as emails
from consultations.models import Consultation
from kyodo.mail import composing
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbound.letters import answer_to
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db


def reply(consultation: Consultation, by: User) -> OutgoingMail:
    consultation.refresh_from_db()
    entry = entries.reply(
        consultation=consultation, version=consultation.version, message="お返事です。", by=by
    )
    assert entry.mail is not None
    return entry.mail


def test_a_reply_names_the_letter_it_answers_and_those_before(coordinator: User) -> None:
    consultation = ConsultationFactory()
    receipt = emails.received(consultation)
    first = reply(consultation, coordinator)
    receiving.receive(answer_to(consultation, message_id="<answer.1@phone.example.jp>"))

    headers = composing.compose(reply(consultation, coordinator)).message()

    assert headers["In-Reply-To"] == "<answer.1@phone.example.jp>"
    assert headers["References"].split() == [
        receipt.message_id,
        first.message_id,
        "<answer.1@phone.example.jp>",
    ]
    assert headers["Auto-Submitted"] is None


def test_a_reply_names_no_letter_that_the_person_does_not_have(coordinator: User) -> None:
    consultation = ConsultationFactory()
    emails.received(consultation)
    consultation.contact.email = "new@example.jp"
    consultation.contact.save()

    assert "References" not in reply(consultation, coordinator).headers


@pytest.mark.parametrize("name", ["no-at-sign", "<two words@example.jp>", "<日本@example.jp>"])
def test_a_message_id_that_headers_cannot_name_is_left_out(coordinator: User, name: str) -> None:
    consultation = ConsultationFactory()
    mail = answer_to(consultation, message_id="<x@example.jp>").replace(b"<x@example.jp>", name.encode())
    receiving.receive(mail)

    sent = message_from_bytes(composing.compose(reply(consultation, coordinator)).message().as_bytes())

    assert "References" not in sent


def test_a_reply_does_not_say_that_it_was_written_by_a_machine(coordinator: User, settings: object) -> None:
    settings.INBOUND_ADDRESS = ""  # type: ignore[attr-defined]

    assert "自動" not in reply(ConsultationFactory(), coordinator).body
