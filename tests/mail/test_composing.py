"""What stands in the headers on the wire."""

from email.header import decode_header, make_header

import pytest
from pytest_django.fixtures import Settings

from kyodo.mail import sending
from tests.mail.conftest import write_mail
from tests.mail.smtp_server import Behaviour

pytestmark = pytest.mark.django_db
LONG = "【利用の決定】横浜市市民協働推進センター スペースA・B ほか 令和8年12月から令和9年3月までの毎週水曜の予約について"


def first_line(message: bytes, name: str) -> str:
    return next(line.decode() for line in message.splitlines() if line.startswith(f"{name}:".encode()))


@pytest.mark.parametrize("subject", [LONG, "x" * 150, "Re: short", "あ"])
def test_a_subject_begins_on_its_first_line(server: Behaviour, subject: str) -> None:
    sending.send(write_mail(subject=subject).pk)

    [message], [parsed] = server.messages, server.parsed()
    assert first_line(message, "Subject").removeprefix("Subject:").strip()
    assert all(len(line) <= 78 for line in message.split(b"\r\n\r\n")[0].splitlines())
    assert str(make_header(decode_header(parsed["Subject"]))) == subject


def test_a_long_name_of_the_sender_begins_on_its_first_line(server: Behaviour, settings: Settings) -> None:
    name = "横浜市市民協働推進センターと十八区の市民活動支援センター"
    settings.DEFAULT_FROM_EMAIL = f"{name} <no-reply@example.jp>"

    sending.send(write_mail().pk)

    assert first_line(server.messages[0], "From").removeprefix("From:").strip()
    assert str(make_header(decode_header(server.parsed()[0]["From"]))) == f"{name} <no-reply@example.jp>"


def test_only_what_the_site_writes_by_itself_says_so(server: Behaviour) -> None:
    sending.send(write_mail().pk)
    sending.send(write_mail(is_automatic=False).pk)

    assert [message["Auto-Submitted"] for message in server.parsed()] == ["auto-generated", None]
