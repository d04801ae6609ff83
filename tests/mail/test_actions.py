import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from kyodo import clock
from kyodo.mail import actions, sending
from kyodo.mail.actions import Attachment
from kyodo.mail.models import OutgoingMail
from tests.mail.conftest import write_mail
from tests.mail.smtp_server import Behaviour

State = OutgoingMail.State
pytestmark = pytest.mark.django_db


def test_an_aborted_mail_does_not_leave(server: Behaviour, mail: OutgoingMail, coordinator: User) -> None:
    actions.abort_mail(mail=mail, by=coordinator)

    sending.send(mail.pk)

    mail.refresh_from_db()
    assert mail.state == State.ABORTED
    assert not server.messages


@pytest.mark.parametrize("state", [State.SENDING, State.SENT, State.ABORTED])
def test_what_is_on_its_way_or_done_is_not_aborted(state: str, mail: OutgoingMail, coordinator: User) -> None:
    in_state(mail, state)

    with pytest.raises(ValidationError) as refusal:
        actions.abort_mail(mail=mail, by=coordinator)

    assert refusal.value.code == "not_abortable"


@pytest.mark.parametrize("state", [State.FAILED, State.ABORTED])
def test_a_mail_that_did_not_leave_is_sent_again_as_the_same(
    state: str, server: Behaviour, mail: OutgoingMail, coordinator: User
) -> None:
    in_state(mail, state)

    again = actions.send_again(mail=mail, by=coordinator)
    sending.send(again.pk)

    mail.refresh_from_db()
    assert (again.pk, mail.state) == (mail.pk, State.SENT)
    assert server.parsed()[0]["Message-ID"] == mail.message_id


def test_of_a_sent_mail_a_copy_is_sent_with_its_files(server: Behaviour, coordinator: User) -> None:
    mail = write_mail(key="once", attachments=[Attachment("a.txt", b"a", "text/plain")])
    sending.send(mail.pk)

    copy = actions.send_again(mail=OutgoingMail.objects.get(), by=coordinator)
    sending.send(copy.pk)

    assert copy.pk != mail.pk
    first, second = server.parsed()
    assert first["Message-ID"] != second["Message-ID"]
    assert second.get_payload()[1].get_filename() == "a.txt"  # type: ignore[index]


@pytest.mark.parametrize("state", [State.WAITING, State.SENDING])
def test_a_mail_that_is_about_to_leave_is_not_sent_again(
    state: str, mail: OutgoingMail, coordinator: User
) -> None:
    in_state(mail, state)

    with pytest.raises(ValidationError) as refusal:
        actions.send_again(mail=mail, by=coordinator)

    assert refusal.value.code == "not_finished"


def test_a_mail_without_its_body_is_not_sent_again(mail: OutgoingMail, coordinator: User) -> None:
    in_state(mail, State.SENT)
    OutgoingMail.objects.update(body="", purged_at=clock.now())

    with pytest.raises(ValidationError) as refusal:
        actions.send_again(mail=mail, by=coordinator)

    assert refusal.value.code == "purged"


@pytest.mark.parametrize("action", [actions.abort_mail, actions.send_again])
def test_reception_and_citizens_may_not_handle_mail(
    action: object, mail: OutgoingMail, reception: User, citizen: User
) -> None:
    for person in (reception, citizen):
        with pytest.raises(PermissionDenied):
            action(mail=mail, by=person)  # type: ignore[operator]


def in_state(mail: OutgoingMail, state: str) -> None:
    now = clock.now()
    OutgoingMail.objects.filter(pk=mail.pk).update(
        state=state,
        claimed_at=now,
        sent_at=now if state == State.SENT else None,
        next_attempt_at=now if state == State.WAITING else None,
    )
