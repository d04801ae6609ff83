"""Mail fetched from an IMAP mailbox: read there only once it is here."""

import imaplib

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from consultations.actions.inbound import fetching, receiving
from consultations.models import InboundMail
from tests.consultations.inbound.imap_server import Mailbox
from tests.consultations.inbound.letters import ANSWERED, answer_to, letter
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def test_unread_mails_are_taken_in_once_and_marked_as_read(settings: Settings) -> None:
    consultation = ConsultationFactory(in_progress=True)
    with Mailbox([answer_to(consultation), letter("はじめまして").as_bytes()]) as mailbox:
        settings.INBOUND_URL = f"imap://reply%40example.jp:secret@127.0.0.1:{mailbox.port}/INBOX"

        assert fetching.take_from_mailbox() == 2
        assert fetching.take_from_mailbox() == 0

        assert mailbox.seen == {1, 2}
    assert consultation.entries.get().text == ANSWERED
    assert InboundMail.objects.count() == 2


def test_what_could_not_be_kept_stays_unread_in_the_mailbox(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(_content: bytes) -> None:
        raise OSError

    with Mailbox([letter().as_bytes()]) as mailbox:
        settings.INBOUND_URL = f"imap://reply:secret@127.0.0.1:{mailbox.port}/INBOX"
        monkeypatch.setattr(receiving, "receive", full_disk)

        with pytest.raises(OSError):  # noqa: PT011 - the job fails and is tried again a minute later
            fetching.take_from_mailbox()

        assert mailbox.seen == set()


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ("wrong@127.0.0.1:{port}/INBOX", imaplib.IMAP4.error),
        ("secret@127.0.0.1:{port}/Other", ImproperlyConfigured),
    ],
)
def test_a_wrong_password_or_folder_is_an_error_that_says_so(
    settings: Settings, part: str, error: type[Exception]
) -> None:
    with Mailbox([letter().as_bytes()]) as mailbox:
        settings.INBOUND_URL = "imap://reply:" + part.format(port=mailbox.port)

        with pytest.raises(error):
            fetching.take_from_mailbox()


def test_without_an_address_nothing_is_asked(settings: Settings) -> None:
    settings.INBOUND_URL = ""

    assert fetching.take_from_mailbox() == 0


@pytest.mark.parametrize(
    "url", ["imap://user:password@mail.example.jp/INBOX", "https://mail.example.jp/", "imaps:///INBOX"]
)
def test_a_mailbox_elsewhere_is_reached_encrypted_or_not_at_all(url: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        fetching.mailbox_of(url)


def test_signs_in_user_and_password_are_written_with_percent() -> None:
    box = fetching.mailbox_of("imaps://reply%40example.jp:a%2Fb%40c@imap.example.jp/Answers%20in")

    assert (box.user, box.password, box.port, box.folder) == ("reply@example.jp", "a/b@c", 993, "Answers in")
