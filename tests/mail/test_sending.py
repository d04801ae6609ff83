import socket
import threading
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django.fixtures import Settings

from accounts.models import User
from kyodo import clock
from kyodo.mail import actions, sending, tasks
from kyodo.mail.actions import Attachment
from kyodo.mail.models import OutgoingMail, OutgoingMailQuerySet
from tests.mail.conftest import write_mail
from tests.mail.smtp_server import Behaviour
from tests.racing import race

State = OutgoingMail.State
pytestmark = pytest.mark.django_db


def test_a_mail_is_sent_once_and_says_when(server: Behaviour, mail: OutgoingMail) -> None:
    sending.send(mail.pk)
    sending.send(mail.pk)

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.SENT, 1)
    assert mail.sent_at
    [message] = server.parsed()
    assert message["To"] == "aoba@example.jp"
    assert message["Message-ID"] == mail.message_id
    assert str(make_header(decode_header(message["Subject"]))) == "【予約確定】"
    assert message.get_payload(decode=True).decode() == "本文です。\r\n"  # type: ignore[union-attr]


def test_a_calendar_entry_carries_its_method(server: Behaviour) -> None:
    calendar = Attachment("予約.ics", "BEGIN:VCALENDAR 予約".encode(), "text/calendar; method=REQUEST")
    mail = write_mail(attachments=[calendar])

    sending.send(mail.pk)

    forms, part = server.parsed()[0].get_payload()  # type: ignore[misc]
    # As a form of the text for Outlook, and as a file for everybody else.
    assert [form.get_content_type() for form in forms.get_payload()] == ["text/plain", "text/calendar"]
    for entry in (forms.get_payload()[1], part):
        assert entry.get_content_type() == "text/calendar"
        assert entry.get_param("method") == "REQUEST"
        assert entry.get_payload(decode=True).decode().strip() == "BEGIN:VCALENDAR 予約"
    assert part.get_filename() == "予約.ics"


def test_a_published_calendar_is_a_file_and_no_invitation(server: Behaviour) -> None:
    mail = write_mail(
        attachments=[
            Attachment("予約.ics", b"BEGIN:VCALENDAR", "text/calendar; charset=utf-8; method=PUBLISH")
        ]
    )

    sending.send(mail.pk)

    text, part = server.parsed()[0].get_payload()  # type: ignore[misc]
    assert text.get_content_type() == "text/plain"
    assert part.get_param("method") == "PUBLISH"


def test_without_a_server_the_mail_lands_as_a_file(
    mail: OutgoingMail, settings: Settings, tmp_path: Path
) -> None:
    settings.MAIL_DIRECTORY = tmp_path / "mails"

    sending.send(mail.pk)

    [file] = settings.MAIL_DIRECTORY.iterdir()
    assert file.suffix == ".eml"
    assert f"Message-ID: {mail.message_id}".encode() in file.read_bytes()


@pytest.mark.parametrize("stage", ["HELLO", "MAIL", "RCPT", "DATA", "MESSAGE"])
def test_a_passing_refusal_is_tried_again_later(server: Behaviour, mail: OutgoingMail, stage: str) -> None:
    server.replies[stage] = "451 try later"

    retry_at = sending.send(mail.pk)

    mail.refresh_from_db()
    assert mail.state == State.WAITING
    assert mail.next_attempt_at == retry_at
    assert "451" in mail.last_error


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "MESSAGE"])
def test_a_final_refusal_shows_as_failed(server: Behaviour, mail: OutgoingMail, stage: str) -> None:
    server.replies[stage] = "550 no such person"

    assert sending.send(mail.pk) is None

    mail.refresh_from_db()
    assert (mail.state, mail.is_uncertain) == (State.FAILED, False)
    assert "550" in mail.last_error


def test_a_server_that_is_not_there_is_tried_again(mail: OutgoingMail, settings: Settings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        settings.EMAIL_URL = f"smtp://127.0.0.1:{unused.getsockname()[1]}"

        sending.send(mail.pk)

    mail.refresh_from_db()
    assert mail.state == State.WAITING


def test_a_line_broken_after_the_whole_message_is_for_staff_to_decide(
    server: Behaviour, mail: OutgoingMail
) -> None:
    server.hang_up_after_message = True

    assert sending.send(mail.pk) is None

    mail.refresh_from_db()
    assert (mail.state, mail.is_uncertain) == (State.FAILED, True)
    assert len(server.messages) == 1


def test_passing_refusals_end_as_failed_at_last(server: Behaviour, mail: OutgoingMail) -> None:
    server.replies["RCPT"] = "450 busy"

    for _ in range(sending.ATTEMPTS):
        OutgoingMail.objects.filter(pk=mail.pk, state=State.WAITING).update(next_attempt_at=clock.now())
        sending.send(mail.pk)

    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.FAILED, sending.ATTEMPTS)


def test_a_mail_sent_again_by_staff_is_tried_as_soon_as_a_new_one(
    server: Behaviour, mail: OutgoingMail, coordinator: User
) -> None:
    server.replies["RCPT"] = "450 busy"
    for _ in range(sending.ATTEMPTS):
        OutgoingMail.objects.filter(pk=mail.pk).update(next_attempt_at=clock.now())
        sending.send(mail.pk)

    again = actions.send_again(mail=mail, by=coordinator)
    retry_at = sending.send(again.pk)

    assert retry_at is not None
    assert retry_at - clock.now() <= sending.PAUSES[0]


def test_a_passing_refusal_gets_a_new_job_for_its_time(server: Behaviour, mail: OutgoingMail) -> None:
    server.replies["RCPT"] = "450 busy"

    tasks.send_mail(mail.pk)

    mail.refresh_from_db()
    assert ProcrastinateJob.objects.filter(scheduled_at=mail.next_attempt_at).count() == 1


def test_a_mail_before_its_time_stays(server: Behaviour) -> None:
    mail = write_mail(send_at=clock.now() + timedelta(hours=1))

    sending.send(mail.pk)

    assert not server.messages


def test_what_its_sender_left_half_done_shows_as_uncertain(mail: OutgoingMail) -> None:
    claimed = clock.now() - OutgoingMail.LONGEST_SENDING - timedelta(seconds=1)
    OutgoingMail.objects.update(state=State.SENDING, claimed_at=claimed, next_attempt_at=None)

    tasks.look_after_mails(0)

    mail.refresh_from_db()
    assert (mail.state, mail.is_uncertain) == (State.FAILED, True)


def test_what_is_being_sent_right_now_is_left_alone(mail: OutgoingMail) -> None:
    OutgoingMail.objects.update(state=State.SENDING, claimed_at=clock.now(), next_attempt_at=None)

    tasks.look_after_mails(0)

    mail.refresh_from_db()
    assert mail.state == State.SENDING


def test_a_waiting_mail_without_a_job_gets_one_again(mail: OutgoingMail) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    OutgoingMail.objects.update(next_attempt_at=clock.now() - timedelta(minutes=5))

    tasks.look_after_mails(0)
    tasks.look_after_mails(0)

    assert ProcrastinateJob.objects.get().args == {"mail_id": mail.pk}


def test_old_bodies_are_emptied_and_older_rows_deleted(settings: Settings) -> None:
    now = clock.now()
    ages = {
        "new": 1,
        "old": settings.MAIL_BODY_DAYS + 1,
        "very-old": settings.MAIL_ROW_DAYS + 1,
        "waiting": 9999,
    }
    for key, days in ages.items():
        write_mail(key=key, attachments=[Attachment("a.txt", b"a", "text/plain")])
        OutgoingMail.objects.filter(key=key).update(created_at=now - timedelta(days=days))
    OutgoingMail.objects.exclude(key="waiting").update(state=State.SENT, sent_at=now, next_attempt_at=None)

    tasks.purge_mails(0)

    left = {mail.key: bool(mail.body) for mail in OutgoingMail.objects.all()}
    assert left == {"new": True, "old": False, "waiting": True}
    assert OutgoingMail.objects.get(key="old").attachments.count() == 0


def test_a_private_body_is_gone_once_it_is_sent_in_production(server: Behaviour, settings: Settings) -> None:
    settings.PRODUCTION = True
    mail = write_mail(is_private=True)

    sending.send(mail.pk)

    mail.refresh_from_db()
    assert mail.state == State.SENT
    assert mail.body == ""
    assert len(server.messages) == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_eight_workers_at_one_mail_one_sends_it(server: Behaviour) -> None:
    for _ in range(10):
        mail = write_mail()

        outcome = race(*[lambda mail=mail: sending.send(mail.pk)] * 8)  # type: ignore[misc]

        assert not outcome.broke
        mail.refresh_from_db()
        assert (mail.state, mail.attempts) == (State.SENT, 1)
    assert len(server.messages) == 10


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_of_the_claim_a_mail_goes_out_twice(
    server: Behaviour, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The companion: it takes the guard away, so that the test above is known to be able to fail."""
    monkeypatch.setattr(OutgoingMailQuerySet, "select_for_update", lambda self, **options: self)
    for _ in range(10):
        mail = write_mail()
        race(*[lambda mail=mail: sending.send(mail.pk)] * 8)  # type: ignore[misc]

    assert len(server.messages) > 10


@pytest.mark.django_db(transaction=True)
def test_no_transaction_stays_open_while_the_server_thinks(server: Behaviour) -> None:
    server.on_message, server.hold_answer = threading.Event(), threading.Event()
    mail = write_mail()
    sender = threading.Thread(target=lambda: (sending.send(mail.pk), connection.close()))
    sender.start()
    assert server.on_message.wait(10)

    mail.refresh_from_db()
    state = mail.state
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
        )
        open_transactions = cursor.fetchone()[0]
    server.hold_answer.set()
    sender.join()

    assert (state, open_transactions) == (State.SENDING, 0)


@pytest.mark.parametrize(
    ("owner", "quoted"),
    [
        ("taro..yamada@docomo.ne.jp", '"taro..yamada"@docomo.ne.jp'),
        ("hanako.@ezweb.ne.jp", '"hanako."@ezweb.ne.jp'),
    ],
)
def test_an_address_of_a_carrier_is_quoted_on_the_wire_and_shown_as_it_is_written(
    server: Behaviour, owner: str, quoted: str
) -> None:
    mail = write_mail(to=owner, reply_to=owner)

    sending.send(mail.pk)

    mail.refresh_from_db()
    assert (mail.state, mail.last_error, mail.to) == (State.SENT, "", owner)
    # smtplib writes its commands in other cases from one Python to the next.
    assert f"rcpt to:<{quoted}>" in [command.lower() for command in server.commands]
    [message] = server.parsed()
    assert (message["To"], message["Reply-To"]) == (quoted, quoted)
