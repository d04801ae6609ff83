"""A form that could not be taken: who gets it back, how long, and what is never kept."""

import json
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import User
from kyodo import clock, unsent
from kyodo.models import UnsentForm
from tests.factories.accounts import PASSWORD
from tests.factories.centre import CentreFactory

pytestmark = pytest.mark.django_db

TYPED = {"name": "市民 一郎", "name_kana": "しみん いちろう", "phone": "045-000-1234"}
BACKEND = "accounts.backends.AccountBackend"


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()


def begin(client: Client, person: User) -> None:
    client.force_login(person, backend=BACKEND)
    client.get(reverse("profile"))


def end_and_press(client: Client, **more: object) -> str:
    """The session ends, somebody presses the button. Where that leads: to sign in, and then to the page named there."""
    Session.objects.all().delete()
    answer = client.post(reverse("profile"), TYPED | more)
    assert answer.headers["Location"].startswith(reverse("account_login"))
    return parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]


def sign_in(client: Client, person: User, goal: str) -> str:
    answer = client.post(
        reverse("account_login"), {"login": person.email, "password": PASSWORD, "next": goal}, follow=True
    )
    return answer.text


def test_after_signing_in_the_form_holds_what_was_typed_and_nothing_was_sent(
    client: Client, citizen: User
) -> None:
    begin(client, citizen)
    goal = end_and_press(client)
    assert "入力したものは、残っています" in client.get(f"{reverse('account_login')}?next={goal}").text

    page = sign_in(client, citizen, goal)

    assert 'value="045-000-1234"' in page
    assert "まだ送っていません" in page
    citizen.refresh_from_db()
    assert citizen.phone != "045-000-1234"
    assert client.post(reverse("profile"), TYPED).status_code == 302
    citizen.refresh_from_db()
    assert citizen.phone == "045-000-1234"


def test_two_tabs_each_get_their_own_back(client: Client, citizen: User) -> None:
    begin(client, citizen)
    first, second = end_and_press(client), end_and_press(client, phone="045-000-9999")

    assert 'value="045-000-1234"' in sign_in(client, citizen, first)
    assert 'value="045-000-9999"' in client.get(second).text


def test_whoever_else_signs_in_at_the_desk_sees_nothing_of_it(
    client: Client, citizen: User, member: User
) -> None:
    begin(client, citizen)
    goal = end_and_press(client)

    page = sign_in(client, member, goal)

    assert "045-000-1234" not in page
    assert "出していません" in page
    # Nor after the other has become the last one that the device knows.
    Session.objects.all().delete()
    assert "045-000-1234" not in sign_in(client, member, goal)


def test_nobody_without_the_browsers_key_opens_it(client: Client, citizen: User) -> None:
    begin(client, citizen)
    goal = end_and_press(client)
    elsewhere = Client()

    assert "045-000-1234" not in sign_in(elsewhere, citizen, goal)
    assert b"045-000-1234" not in bytes(UnsentForm.objects.get().sealed)


def test_a_browser_that_nobody_has_signed_in_with_keeps_nothing(client: Client) -> None:
    assert end_and_press(client) == reverse("profile")
    assert not UnsentForm.objects.exists()


def test_it_is_kept_for_an_hour(client: Client, citizen: User) -> None:
    begin(client, citizen)
    goal = end_and_press(client)

    with time_machine.travel(clock.now() + timedelta(minutes=61), tick=False):
        assert "045-000-1234" not in sign_in(client, citizen, goal)
        assert unsent.forget_old() == 1


def test_no_password_is_kept(client: Client, citizen: User) -> None:
    begin(client, citizen)
    goal = end_and_press(client, password1="himitsu-no-kotoba", oldpassword="x")
    kept = client.cookies[unsent.COOKIE].value

    sealed = bytes(UnsentForm.objects.get().sealed)
    text = json.loads(unsent.Fernet(kept).decrypt(sealed))
    assert {name for name, _value in text["fields"]} == set(TYPED)
    assert "unsent=" in goal


def test_the_page_it_stands_on_is_the_one_it_was_sent_from(client: Client, representative: User) -> None:
    begin(client, representative)
    Session.objects.all().delete()

    answer = client.post(
        reverse("profile"), TYPED, headers={"referer": "http://testserver/my/profile/?from=card&unsent=old"}
    )

    goal = parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]
    assert goal.startswith("/my/profile/?from=card&unsent=")
    assert "old" not in goal


def test_what_a_script_sends_is_answered_plainly(client: Client, citizen: User) -> None:
    begin(client, citizen)
    Session.objects.all().delete()

    answer = client.post(reverse("profile"), TYPED, headers={"sec-fetch-mode": "cors"})

    assert answer.status_code == 401
    assert not UnsentForm.objects.exists()


def test_files_are_not_kept_and_that_is_said(client: Client, citizen: User) -> None:
    begin(client, citizen)
    with Path(__file__).open("rb") as file:
        goal = end_and_press(client, paper=file)

    assert "ファイルだけは残せません" in sign_in(client, citizen, goal)


# ── The ticket of a form that was opened before somebody signed in in another tab ────────────────────────────────────


def old_ticket(client: Client, **headers: str) -> object:
    return client.post(
        reverse("profile"), TYPED | {"csrfmiddlewaretoken": "old"}, headers=headers, follow=True
    )


@pytest.fixture
def strict(citizen: User) -> Client:
    browser = Client(enforce_csrf_checks=True)
    begin(browser, citizen)
    return browser


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://testserver", "sec-fetch-site": "same-origin"},
        {"origin": "http://testserver"},
        {"referer": "http://testserver/my/profile/"},
    ],
)
def test_an_old_ticket_gives_the_form_back_with_a_new_one(
    strict: Client, citizen: User, headers: dict[str, str]
) -> None:
    page = old_ticket(strict, **headers)

    assert page.status_code == 200
    assert 'value="045-000-1234"' in page.text
    assert "まだ送っていません" in page.text
    token = page.context["csrf_token"]
    strict.post(reverse("profile"), TYPED | {"csrfmiddlewaretoken": str(token)})
    citizen.refresh_from_db()
    assert citizen.phone == "045-000-1234"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"referer": "https://evil.example/my/profile/"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
    ],
)
def test_another_site_puts_no_words_into_a_form(
    strict: Client, citizen: User, headers: dict[str, str]
) -> None:
    page = old_ticket(strict, **headers)

    assert page.status_code == 403
    assert "045-000-1234" not in page.text
    assert not UnsentForm.objects.exists()


def test_without_cookies_what_was_typed_stands_on_the_very_page(client: Client) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        reverse("account_signup"), TYPED | {"password1": "secret-word"}
    )

    assert answer.status_code == 403
    assert "市民 一郎" in answer.text
    assert "secret-word" not in answer.text


def test_signing_in_a_second_time_in_another_tab_leads_on(strict: Client, citizen: User) -> None:
    answer = strict.post(
        reverse("account_login"),
        {"login": citizen.email, "password": PASSWORD, "next": "/bookings/", "csrfmiddlewaretoken": "old"},
    )
    assert answer.headers["Location"] == "/bookings/"

    away = strict.post(
        reverse("account_login"), {"next": "https://evil.example/", "csrfmiddlewaretoken": "old"}
    )
    assert away.headers["Location"] == reverse("my")
