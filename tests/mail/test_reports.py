"""What came back is known for what it is, whoever writes the report and in whatever form."""

from collections.abc import Callable

import pytest

from accounts.models import User
from kyodo.mail import actions, delivery, envelope, sending
from kyodo.mail.models import OutgoingMail
from tests.mail import returned
from tests.mail.conftest import write_mail
from tests.mail.smtp_server import Behaviour

Delivery, Reason = OutgoingMail.Delivery, OutgoingMail.Reason
LOST, LATE = Delivery.UNDELIVERED, Delivery.LATE
pytestmark = pytest.mark.django_db
Form = Callable[[OutgoingMail], bytes]

FORMS: tuple[tuple[Form, str, str], ...] = (
    (returned.postfix, LOST, Reason.NO_ADDRESS),
    (returned.postfix_late, LATE, Reason.NOT_REACHED),
    (returned.given_up, LOST, Reason.NOT_REACHED),
    (returned.exchange_online, LOST, Reason.NO_ADDRESS),
    (returned.exchange_old, LOST, Reason.NO_ADDRESS),
    (returned.gmail, LOST, Reason.FULL),
    (returned.qmail, LOST, Reason.NO_ADDRESS),
    (returned.exim, LOST, Reason.REFUSED),
    (returned.exim_late, LATE, Reason.UNKNOWN),
    (returned.docomo, LOST, Reason.NO_ADDRESS),
    (returned.au, LOST, Reason.NO_ADDRESS),
    (returned.rental_server, LOST, Reason.FULL),
    (returned.internationalised, LOST, Reason.NO_DOMAIN),
)
NO_REPORTS = (
    returned.arrived,
    returned.receipt,
    returned.complaint,
    returned.out_of_office,
    returned.passed_on,
)


@pytest.mark.parametrize(("form", "fate", "reason"), FORMS)
def test_a_report_marks_its_mail(mail: OutgoingMail, form: Form, fate: str, reason: str) -> None:
    other = write_mail()

    assert delivery.take_report(form(mail)) == mail

    mail.refresh_from_db()
    assert (mail.delivery, mail.delivery_reason) == (fate, reason)
    assert mail.delivery_at
    other.refresh_from_db()
    assert not other.delivery


@pytest.mark.parametrize("form", NO_REPORTS)
def test_what_only_looks_like_a_report_marks_nothing(mail: OutgoingMail, form: Form) -> None:
    assert delivery.take_report(form(mail)) is None

    mail.refresh_from_db()
    assert not mail.delivery


def test_a_mail_leaves_with_an_address_that_names_it_and_shows_its_sender(
    server: Behaviour, mail: OutgoingMail
) -> None:
    sending.send(mail.pk)

    [sender] = server.senders
    assert envelope.mail_named_by(sender) == mail.pk
    assert "no-reply@example.jp" in str(server.parsed()[0]["From"])
    assert sender not in server.messages[0].decode()


def test_without_a_mailbox_that_is_read_a_mail_goes_back_to_its_sender(
    server: Behaviour, mail: OutgoingMail, settings: object
) -> None:
    settings.BOUNCE_ADDRESS = ""  # type: ignore[attr-defined]

    sending.send(mail.pk)

    assert server.senders == ["no-reply@example.jp"]


def test_an_address_that_somebody_made_up_names_nothing(mail: OutgoingMail) -> None:
    address = envelope.return_address(mail)
    number, signature = address.split("+bounce-")[1].split(".", 1)

    assert envelope.mail_named_by(address.upper()) == mail.pk
    assert envelope.mail_named_by(address.replace(f"-{number}.", f"-{int(number) + 1}.")) is None
    assert envelope.mail_named_by(f"reply+bounce-{number}.{'a' * 16}@localhost.localdomain") is None


def test_the_address_counts_for_more_than_what_stands_inside(mail: OutgoingMail) -> None:
    other = write_mail()
    report = returned.postfix(mail).replace(
        b"To: reply@localhost.localdomain", f"To: {envelope.return_address(other)}".encode()
    )

    assert delivery.take_report(report) == other


def test_lost_is_the_last_word_and_late_is_not(mail: OutgoingMail) -> None:
    for form, fate in (
        (returned.postfix_late, LATE),
        (returned.postfix, LOST),
        (returned.postfix_late, LOST),
    ):
        delivery.take_report(form(mail))
        mail.refresh_from_db()
        assert mail.delivery == fate


def test_a_refusal_at_once_is_said_in_words_and_sending_again_forgets_it(
    server: Behaviour, mail: OutgoingMail, coordinator: User
) -> None:
    server.replies["RCPT"] = "550 5.1.1 no such person"
    sending.send(mail.pk)
    mail.refresh_from_db()
    assert (mail.delivery, mail.delivery_reason) == (LOST, Reason.NO_ADDRESS)

    assert not actions.send_again(mail=mail, by=coordinator).delivery


def test_the_copy_of_a_mail_that_came_back_begins_anew(
    mail: OutgoingMail, coordinator: User, server: Behaviour
) -> None:
    sending.send(mail.pk)
    delivery.take_report(returned.postfix(mail))
    mail.refresh_from_db()

    copy = actions.send_again(mail=mail, by=coordinator)

    assert not copy.delivery
    assert copy.pk != mail.pk
    mail.refresh_from_db()
    assert mail.delivery == LOST
