"""Signing up, verifying, signing in, resetting: nobody learns who has an account, and all mails speak for the centre."""

import re
from urllib.parse import urlencode

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.centre import CentreFactory

pytestmark = pytest.mark.django_db

NEW = {
    "name": "新規 春子",
    "name_kana": "しんき はるこ",
    "email": "haruko@example.jp",
    "password1": "kawabe-no-sanpo",
    "consent": "on",
}


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    """Rate limits count in the cache, which is a table; other tests' attempts are rolled back, ours start at none."""
    cache.clear()


def sign_up(client: Client, **changes: str) -> str:
    response = client.post(reverse("account_signup"), NEW | changes)
    return response.headers.get("Location", "")


def link(mail: OutgoingMail) -> str:
    found = re.search(r"https?://\S+/accounts/(?:confirm-email|password)/\S+", mail.body)
    assert found
    return found[0]


def path(url: str, settings: Settings) -> str:
    assert url.startswith(settings.BASE_URL)
    return url.removeprefix(settings.BASE_URL)


def test_sign_up_asks_for_name_mail_password_and_consent_only(client: Client) -> None:
    page = client.get(reverse("account_signup")).content.decode()
    names = set(re.findall(r'name="(\w+)"', page)) - {"csrfmiddlewaretoken", "viewport"}
    assert {"name", "name_kana", "email", "password1", "consent"} <= names
    assert reverse("privacy") in page


def test_someone_signs_up_verifies_and_signs_in(client: Client, settings: Settings) -> None:
    CentreFactory()
    assert sign_up(client) == reverse("account_email_verification_sent")
    user = User.objects.get(email=NEW["email"])
    assert (user.name, user.name_kana, user.role) == (NEW["name"], NEW["name_kana"], User.Role.CITIZEN)

    mail = OutgoingMail.objects.get(to=NEW["email"])
    assert "みなと市民協働推進センター" in mail.body
    confirm = path(link(mail), settings)
    fresh = Client()
    assert fresh.get(confirm).status_code == 200
    assert not EmailAddress.objects.get(user=user).verified
    fresh.post(confirm)
    assert EmailAddress.objects.get(user=user).verified

    response = fresh.post(reverse("account_login"), {"login": NEW["email"], "password": NEW["password1"]})
    assert response.headers["Location"] == reverse("my")


def test_where_somebody_was_going_survives_signing_up_on_another_device(
    client: Client, settings: Settings
) -> None:
    goal = reverse("bookings")
    way = f"{reverse('account_signup')}?{urlencode({'next': goal})}"
    assert way in client.get(f"{reverse('account_login')}?next={goal}").text
    sign_up(client, next=goal)
    address = link(OutgoingMail.objects.get(to=NEW["email"]))
    phone = Client()

    page = phone.get(path(address, settings))
    confirmed = phone.post(
        path(address, settings).partition("?")[0], {"next": page.context["redirect_field_value"]}, follow=True
    )
    assert confirmed.redirect_chain[-1][0] == f"{reverse('account_login')}?next={goal}"
    entered = phone.post(
        reverse("account_login"), {"login": NEW["email"], "password": NEW["password1"], "next": goal}
    )

    assert entered.headers["Location"] == goal


def test_a_mail_leads_to_no_other_site(client: Client) -> None:
    sign_up(client, next="https://evil.example/")

    assert "evil" not in OutgoingMail.objects.get(to=NEW["email"]).body


def test_without_verification_nobody_gets_in(client: Client) -> None:
    sign_up(client)
    client.post(reverse("account_login"), {"login": NEW["email"], "password": NEW["password1"]})
    assert client.get(reverse("profile")).status_code == 302


@pytest.mark.parametrize("missing", ["name", "name_kana", "email", "password1", "consent"])
def test_nothing_is_left_out(client: Client, missing: str) -> None:
    response = client.post(
        reverse("account_signup"), {key: value for key, value in NEW.items() if key != missing}
    )
    assert missing in response.context["form"].errors
    assert not User.objects.exists()


@pytest.mark.parametrize("kana", ["春子", "haruko"])
def test_kana_are_kana(client: Client, kana: str) -> None:
    response = client.post(reverse("account_signup"), NEW | {"name_kana": kana})
    assert "name_kana" in response.context["form"].errors


@pytest.mark.parametrize("password", ["short", "1234567890123", "password1234"])
def test_weak_passwords_are_refused(client: Client, password: str) -> None:
    response = client.post(reverse("account_signup"), NEW | {"password1": password})
    assert "password1" in response.context["form"].errors


def test_signing_up_twice_looks_the_same_and_tells_only_the_owner(client: Client) -> None:
    UserFactory(email=NEW["email"])

    assert sign_up(client) == reverse("account_email_verification_sent")

    assert User.objects.count() == 1
    mail = OutgoingMail.objects.get()
    assert mail.to == NEW["email"]
    assert "登録済み" in mail.subject
    assert reverse("account_reset_password") in mail.body


def test_a_reset_answers_the_same_for_known_and_unknown_addresses(client: Client, citizen: User) -> None:
    known = client.post(reverse("account_reset_password"), {"email": citizen.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.jp"})
    assert known.headers["Location"] == unknown.headers["Location"]
    assert known.status_code == unknown.status_code


def test_a_forgotten_password_is_reset_by_mail(client: Client, citizen: User, settings: Settings) -> None:
    client.post(reverse("account_reset_password"), {"email": citizen.email})
    mail = OutgoingMail.objects.get(to=citizen.email)
    assert mail.is_private
    page = client.get(path(link(mail), settings), follow=True)
    client.post(
        page.redirect_chain[-1][0], {"password1": "atarashii-kotoba", "password2": "atarashii-kotoba"}
    )

    citizen.refresh_from_db()
    assert citizen.check_password("atarashii-kotoba")


def test_links_in_mails_ignore_the_host_the_request_came_by(
    client: Client, citizen: User, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    client.post(reverse("account_reset_password"), {"email": citizen.email}, headers={"host": "evil.example"})
    mail = OutgoingMail.objects.get(to=citizen.email)
    assert "evil.example" not in mail.body
    assert link(mail).startswith(settings.BASE_URL)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_sign_in_never_leads_off_the_site(client: Client, citizen: User, target: str) -> None:
    response = client.post(
        reverse("account_login"), {"login": citizen.email, "password": PASSWORD, "next": target}
    )
    assert response.headers["Location"] == reverse("my")


def test_sign_in_leads_where_one_wanted_to_go(client: Client, citizen: User) -> None:
    wanted = client.get(reverse("profile")).headers["Location"]
    response = client.post(wanted, {"login": citizen.email, "password": PASSWORD, "next": reverse("profile")})
    assert response.headers["Location"] == reverse("profile")


def test_an_account_that_is_switched_off_does_not_sign_in(client: Client, citizen: User) -> None:
    User.objects.filter(pk=citizen.pk).update(is_active=False)
    client.post(reverse("account_login"), {"login": citizen.email, "password": PASSWORD})
    assert client.get(reverse("profile")).status_code == 302


def test_a_new_address_counts_once_it_is_verified(client: Client, citizen: User, settings: Settings) -> None:
    client.post(reverse("account_login"), {"login": citizen.email, "password": PASSWORD})
    old = citizen.email

    asked = client.post(reverse("account_email"), {"action_add": "", "email": "moved@example.jp"})
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(asked.headers["Location"], {"password": PASSWORD})
    citizen.refresh_from_db()
    assert citizen.email == old
    confirm = OutgoingMail.objects.get(to="moved@example.jp")
    client.post(path(link(confirm), settings))

    citizen.refresh_from_db()
    assert citizen.email == "moved@example.jp"
    assert OutgoingMail.objects.filter(to=old, subject__contains="変えました").exists()


def test_sessions_are_listed_and_others_can_be_ended(client: Client, citizen: User) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        browser.post(reverse("account_login"), {"login": citizen.email, "password": PASSWORD})
    assert client.get(reverse("usersessions_list")).context["session_count"] == 2

    client.post(reverse("usersessions_list"))

    assert elsewhere.get(reverse("profile")).status_code == 302
    assert client.get(reverse("profile")).status_code == 200


def test_the_admin_uses_the_one_sign_in(client: Client, manager: User, citizen: User) -> None:
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0] == f"{reverse('account_login')}?next=/admin/"
    client.force_login(citizen)
    assert client.get("/admin/", follow=True).status_code == 403
    client.force_login(manager)
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("address", ["taro..yamada@docomo.ne.jp", "hanako.@ezweb.ne.jp"])
def test_an_address_of_a_carrier_signs_up_and_signs_in(
    client: Client, settings: Settings, address: str
) -> None:
    CentreFactory()

    sign_up(client, email=address.replace("@", "＠"))

    mail = OutgoingMail.objects.get(to=address)
    client.post(path(link(mail), settings))
    assert EmailAddress.objects.get(email=address).verified
    client.logout()
    client.post(reverse("account_login"), {"login": address, "password": NEW["password1"]})
    assert client.get(reverse("my")).wsgi_request.user.email == address


def test_a_reading_in_katakana_is_kept_in_hiragana(client: Client) -> None:
    CentreFactory()

    sign_up(client, name_kana="ｼﾝｷ ハルコ")

    assert User.objects.get(email=NEW["email"]).name_kana == "しんき はるこ"
