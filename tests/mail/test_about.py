"""A mail about something that not everybody who handles mails may see."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from kyodo.mail import about, actions
from kyodo.mail.models import OutgoingMail
from tests.mail.conftest import write_mail

pytestmark = pytest.mark.django_db
LIST = "/admin/mail/outgoingmail/"


@pytest.fixture
def theirs(coordinator: User, monkeypatch: pytest.MonkeyPatch) -> OutgoingMail:
    """About a person, whom they alone may see; failed."""
    monkeypatch.setattr(about, "_seen_by", {"person": lambda user: User.objects.filter(pk=user.pk)})
    mail = write_mail(
        subject="内緒の件", to="secret@example.jp", about_kind="person", about_id=coordinator.pk
    )
    OutgoingMail.objects.update(state="failed", next_attempt_at=None)
    return mail


def test_a_mail_about_a_kind_that_nobody_registered_is_not_written() -> None:
    with pytest.raises(ValueError, match="Nobody has said"):
        write_mail(about_kind="unknown", about_id=1)


@pytest.mark.parametrize("half", [{"about_kind": "person"}, {"about_id": 3}])
def test_half_of_what_it_is_about_is_refused(half: dict[str, object], theirs: OutgoingMail) -> None:
    with pytest.raises(IntegrityError):
        write_mail(**half)


@pytest.mark.parametrize(
    "asked", [{}, {"q": "secret@"}, {"q": "内緒"}, {"state__exact": "failed"}, {"decide": "1"}]
)
def test_the_list_and_its_search_show_it_to_whoever_may_see_it(
    asked: dict[str, str], theirs: OutgoingMail, client: Client, coordinator: User, manager: User
) -> None:
    shown = []
    for user in (coordinator, manager):
        client.force_login(user)
        shown.append(list(client.get(LIST, asked).context["cl"].result_list))

    assert shown == [[theirs], []]


def test_its_page_and_its_buttons_are_not_there_for_others(
    theirs: OutgoingMail, client: Client, manager: User
) -> None:
    client.force_login(manager)
    key = [theirs.pk]

    # The admin leads away from what it does not find.
    answers = [
        client.get(reverse(f"admin:mail_outgoingmail_{page}", args=key)).status_code
        for page in ("change", "history")
    ]
    answers += [
        client.post(reverse(f"admin:mail_outgoingmail_{step}", args=key)).status_code
        for step in ("abort", "send_again")
    ]

    assert answers == [302, 302, 404, 404]
    theirs.refresh_from_db()
    assert theirs.state == "failed"


@pytest.mark.parametrize("action", [actions.abort_mail, actions.send_again])
def test_the_actions_themselves_refuse_others(
    action: object, theirs: OutgoingMail, coordinator: User, manager: User
) -> None:
    with pytest.raises(PermissionDenied):
        action(mail=theirs, by=manager)  # type: ignore[operator]

    assert action(mail=theirs, by=coordinator) == theirs  # type: ignore[operator]


def test_who_does_not_handle_mails_sees_none(theirs: OutgoingMail, citizen: User, ward_officer: User) -> None:
    write_mail()

    for user in (citizen, ward_officer):
        assert not OutgoingMail.objects.visible_to(user).exists()


def test_its_text_stands_elsewhere(theirs: OutgoingMail, client: Client, coordinator: User) -> None:
    OutgoingMail.objects.update(body="本当の返事です。", about_url="/consult/ABCD2345/")
    client.force_login(coordinator)

    page = client.get(reverse("admin:mail_outgoingmail_change", args=[theirs.pk])).content.decode()

    assert "secret@example.jp" in page
    assert "本当の返事" not in page
    assert 'href="/consult/ABCD2345/"' in page
