"""The door for a provider, in Postmark's own form and in Mailgun's: with the secret, and not without."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from consultations.models import Consultation, InboundMail
from consultations.rules.addresses import reply_address
from tests.consultations.inbound.letters import ANSWER, ANSWERED, PDF, letter
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db
SECRET = "provider:a-secret-of-a-test-0123456789"


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def postmark(settings: Settings) -> Client:
    settings.INBOUND_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    return Client(
        enforce_csrf_checks=True,
        headers={"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()},
    )


def payload(consultation: Consultation, **changes: object) -> dict[str, object]:
    """What Postmark posts for a mail."""
    address = {"Email": reply_address(consultation), "Name": "", "MailboxHash": ""}
    sender = {"Email": consultation.contact.email, "Name": "相談 花子", "MailboxHash": ""}
    return {
        "FromName": "相談 花子",
        "From": consultation.contact.email,
        "FromFull": sender,
        "To": address["Email"],
        "ToFull": [address],
        "Cc": "",
        "CcFull": [],
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": address["Email"],
        "Subject": "Re: 【ご相談へのお返事】",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "ReplyTo": "",
        "MailboxHash": "",
        "Date": "Fri, 20 Nov 2026 10:00:00 +0900",
        "TextBody": ANSWER,
        "HtmlBody": "",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [
            {"Name": "Return-Path", "Value": f"<{consultation.contact.email}>"},
            {"Name": "Message-ID", "Value": "<postmark-1@example.jp>"},
        ],
        "Attachments": [
            {
                "Name": "会則.pdf",
                "Content": base64.b64encode(PDF).decode(),
                "ContentType": "application/pdf",
                "ContentLength": len(PDF),
            }
        ],
        **changes,
    }


def post(client: Client, data: object) -> int:
    url = reverse("consultations_mail_webhook")
    return client.post(url, json.dumps(data), content_type="application/json").status_code


def test_a_mail_that_postmark_passes_on_lands_in_its_consultation(postmark: Client) -> None:
    consultation = ConsultationFactory(in_progress=True)

    assert post(postmark, payload(consultation)) == 200

    entry = consultation.entries.get()
    assert entry.text == ANSWERED
    assert entry.attachments.get().name == "会則.pdf"


def test_a_mail_that_the_provider_posts_again_is_kept_once(postmark: Client) -> None:
    consultation = ConsultationFactory(in_progress=True)

    assert [post(postmark, payload(consultation)) for _time in range(2)] == [200, 200]

    assert (InboundMail.objects.count(), consultation.entries.count()) == (1, 1)


def test_the_envelope_of_a_machine_is_seen(postmark: Client) -> None:
    consultation = ConsultationFactory(closed=True)
    headers = [{"Name": "Return-Path", "Value": "<>"}]

    assert post(postmark, payload(consultation, Headers=headers)) == 200

    assert InboundMail.objects.get().why_queued == InboundMail.Why.AUTOMATIC


@pytest.mark.parametrize("given", ["", "provider:wrong", "Provider:" + SECRET.partition(":")[2]])
def test_a_wrong_secret_is_refused_and_nothing_is_kept(postmark: Client, given: str) -> None:
    header = "Basic " + base64.b64encode(given.encode()).decode() if given else ""
    stranger = Client(headers={"Authorization": header})

    assert post(stranger, payload(ConsultationFactory())) == 400
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize(("provider", "secret"), [("", SECRET), ("postmark", ""), ("nobody", SECRET)])
def test_without_a_provider_or_a_secret_there_is_no_door(
    settings: Settings, provider: str, secret: str
) -> None:
    settings.INBOUND_PROVIDER = provider
    settings.ANYMAIL = {"WEBHOOK_SECRET": secret} if secret else {}

    assert post(Client(), {}) == 404


def test_the_door_takes_mail_and_shows_nothing(postmark: Client) -> None:
    assert postmark.get(reverse("consultations_mail_webhook")).status_code == 405


def test_a_mail_with_photographs_may_be_large_for_the_provider_alone(postmark: Client) -> None:
    consultation = ConsultationFactory(in_progress=True)
    large = base64.b64encode(PDF + b"\x00" * (6 * 1024 * 1024)).decode()
    files = [{"Name": "大.pdf", "Content": large, "ContentType": "application/pdf", "ContentLength": 1}]

    assert post(Client(), payload(consultation, Attachments=files)) == 413
    assert post(postmark, payload(consultation, Attachments=files)) == 200
    assert consultation.entries.get().attachments.get().size > 6 * 1024 * 1024


def test_a_broken_post_is_refused_so_that_the_provider_tries_again(postmark: Client) -> None:
    postmark.raise_request_exception = False

    assert post(postmark, "no mail at all") == 500
    assert not InboundMail.objects.exists()


def test_mailgun_signs_what_it_posts_and_sends_files_as_files(settings: Settings) -> None:
    settings.INBOUND_PROVIDER = "mailgun"
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET, "MAILGUN_WEBHOOK_SIGNING_KEY": "signing-key"}
    client = Client(headers={"Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode()})
    consultation = ConsultationFactory(in_progress=True)
    stamp, token = str(int(time.time())), "t" * 50
    signature = hmac.new(b"signing-key", (stamp + token).encode(), hashlib.sha256).hexdigest()
    mail = letter(ANSWER, to=reply_address(consultation), sender=consultation.contact.email)
    form = {
        "timestamp": stamp,
        "token": token,
        "signature": signature,
        "sender": consultation.contact.email,
        "recipient": reply_address(consultation),
        "from": consultation.contact.email,
        "subject": "Re: 相談",
        "body-plain": ANSWER,
        "message-headers": json.dumps([[name, str(value)] for name, value in mail.items()]),
        "attachment-count": "1",
        "attachment-1": SimpleUploadedFile("会則.pdf", PDF, "application/pdf"),
    }
    url = reverse("consultations_mail_webhook")

    assert client.post(url, {**form, "signature": "0" * 64}).status_code == 400
    form["attachment-1"] = SimpleUploadedFile("会則.pdf", PDF, "application/pdf")
    assert client.post(url, form).status_code == 200

    assert consultation.entries.get().text == ANSWERED
    assert consultation.entries.get().attachments.count() == 1
