"""What a provider tells of a mail that it sent for us, in the form of Postmark."""

import base64
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.mail.conftest import write_mail

Delivery, Reason = OutgoingMail.Delivery, OutgoingMail.Reason
pytestmark = pytest.mark.django_db
SECRET = "provider:a-secret-of-a-test-0123456789"
NAMED = "883953f4-6105-42a2-a16a-77a8eac79483"


@pytest.fixture
def provider(settings: Settings) -> Client:
    settings.EMAIL_URL = "anymail:postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    token = base64.b64encode(SECRET.encode()).decode()
    return Client(enforce_csrf_checks=True, headers={"Authorization": f"Basic {token}"})


@pytest.fixture
def sent(db: None) -> OutgoingMail:
    mail = write_mail()
    mail.state, mail.sent_at, mail.next_attempt_at, mail.provider_id = "sent", clock.now(), None, NAMED
    mail.save()
    return mail


def tell(client: Client, **event: Any) -> int:
    news = {"MessageID": NAMED, "Recipient": "aoba@example.jp", "Metadata": {}, "MessageStream": "outbound"}
    return client.post("/mail/tracking/", news | event, content_type="application/json").status_code


def bounce(kind: str, words: str) -> dict[str, Any]:
    return {
        "RecordType": "Bounce", "ID": 42, "Type": kind, "Email": "aoba@example.jp", "Details": words,
        "Description": "The server was unable to deliver your message.", "BouncedAt": "2026-11-30T10:00:00Z",
    }  # fmt: skip


def test_a_bounce_marks_the_mail_once(provider: Client, sent: OutgoingMail) -> None:
    words = "smtp;550 5.2.2 The recipient's inbox is full"

    assert tell(provider, **bounce("HardBounce", words)) == 200
    sent.refresh_from_db()
    first = sent.delivery_at
    assert (sent.delivery, sent.delivery_reason) == (Delivery.UNDELIVERED, Reason.FULL)

    tell(provider, **bounce("HardBounce", words))
    sent.refresh_from_db()
    assert sent.delivery_at == first


def test_a_late_mail_that_arrives_is_no_longer_late(provider: Client, sent: OutgoingMail) -> None:
    tell(provider, **bounce("Transient", "451 4.4.1 try again"))
    sent.refresh_from_db()
    assert sent.delivery == Delivery.LATE

    tell(provider, RecordType="Delivery", DeliveredAt="2026-11-30T11:00:00Z", Details="250 ok")
    sent.refresh_from_db()
    assert not sent.delivery


def test_news_of_opening_and_of_mails_that_are_not_ours_change_nothing(
    provider: Client, sent: OutgoingMail
) -> None:
    assert tell(provider, RecordType="Open", ReceivedAt="2026-11-30T10:00:00Z", UserAgent="x") == 200
    assert tell(provider, **bounce("HardBounce", "550") | {"MessageID": "other"}) == 200

    sent.refresh_from_db()
    assert not sent.delivery


def test_the_door_is_shut_without_the_secret_and_without_a_provider(
    provider: Client, sent: OutgoingMail, settings: Settings
) -> None:
    assert tell(Client(), **bounce("HardBounce", "550 5.1.1")) == 400
    settings.ANYMAIL = {}
    assert tell(provider, **bounce("HardBounce", "550 5.1.1")) == 404
    settings.ANYMAIL, settings.EMAIL_URL = {"WEBHOOK_SECRET": SECRET}, "smtp://127.0.0.1"
    assert tell(provider, **bounce("HardBounce", "550 5.1.1")) == 404

    sent.refresh_from_db()
    assert not sent.delivery
