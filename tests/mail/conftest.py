from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from kyodo.mail import actions
from kyodo.mail.models import OutgoingMail
from tests.mail.smtp_server import Behaviour, smtp_server


@pytest.fixture
def server(settings: Settings) -> Iterator[Behaviour]:
    """A mail server on this machine, and the portal set to use it."""
    with smtp_server() as behaviour:
        settings.EMAIL_URL = f"smtp://127.0.0.1:{behaviour.port}"
        yield behaviour


@pytest.fixture
def mail(db: None) -> OutgoingMail:
    return write_mail()


def write_mail(**options: object) -> OutgoingMail:
    fields = {
        "to": "aoba@example.jp",
        "subject": "【予約確定】",
        "body": "本文です。\n",
        "kind": "booking_confirmed",
    }
    return actions.queue_mail(**(fields | options))  # type: ignore[arg-type]
