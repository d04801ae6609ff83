"""Second factors: staff set one up before anything else where the site asks for it; others may."""

import base64
import hashlib
import hmac
import struct
import time
from urllib.parse import unquote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from tests.factories.accounts import PASSWORD, GroupFactory

pytestmark = pytest.mark.django_db

SECRET = base64.b32encode(b"a secret of 20 bytes").decode()
STAFF = ["ward_officer", "reception", "coordinator", "manager"]


@pytest.fixture(autouse=True)
def _asked_for(settings: Settings) -> None:
    settings.REQUIRE_STAFF_MFA = True
    cache.clear()


def code(secret: str, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238): worked out here, not by the library under test."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(client: Client, user: User) -> None:
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})


def set_up(client: Client) -> None:
    url = reverse("mfa_activate_totp")
    asked = client.get(url)
    if asked.status_code == 302:
        client.post(asked.headers["Location"], {"password": PASSWORD})
        asked = client.get(url)
    client.post(url, {"code": code(asked.context["form"].secret)})


@pytest.mark.parametrize("who", STAFF)
@pytest.mark.parametrize(
    "page", ["home", "my", "profile", "groups", "admin:index", "admin:accounts_group_changelist"]
)
def test_staff_without_one_are_led_to_setting_it_up(
    client: Client, who: str, page: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse(page)).headers["Location"] == reverse("mfa_index")
    assert client.post(reverse(page)).headers["Location"] == reverse("mfa_index")


def test_the_way_there_and_out_is_open(client: Client, manager: User) -> None:
    sign_in(client, manager)
    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_activate_totp"), follow=True).status_code == 200
    assert client.post(reverse("account_logout")).status_code == 302
    assert client.get(reverse("home")).status_code == 200


@pytest.mark.parametrize("who", ["citizen", "representative"])
def test_others_are_not_asked(client: Client, who: str, request: pytest.FixtureRequest) -> None:
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("my")).status_code == 200


def test_where_the_site_does_not_ask_staff_work_without(
    client: Client, manager: User, settings: Settings
) -> None:
    settings.REQUIRE_STAFF_MFA = False
    client.force_login(manager)
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_opens_the_doors_at_once(client: Client, manager: User) -> None:
    sign_in(client, manager)
    set_up(client)
    assert Authenticator.objects.filter(user=manager, type=Authenticator.Type.TOTP).exists()
    assert client.get(reverse("admin:index")).status_code == 200


def test_signing_in_asks_for_the_code(client: Client, manager: User) -> None:
    TOTP.activate(manager, SECRET)
    sign_in(client, manager)
    assert client.get(reverse("admin:index")).status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert client.get(reverse("profile")).status_code == 302

    client.post(reverse("mfa_authenticate"), {"code": code(SECRET)})
    assert client.get(reverse("admin:index")).status_code == 200


def test_a_recovery_code_serves_once(client: Client, manager: User) -> None:
    TOTP.activate(manager, SECRET)
    recovery = RecoveryCodes.activate(manager).get_unused_codes()[0]
    for expected in (200, 302):
        sign_in(client, manager)
        client.post(reverse("mfa_authenticate"), {"code": recovery})
        assert client.get(reverse("admin:index")).status_code == expected
        client.post(reverse("account_logout"))


def test_a_session_from_before_is_asked_for_the_code(client: Client, manager: User) -> None:
    client.force_login(manager)
    TOTP.activate(manager, SECRET)
    asked = client.get(reverse("admin:index"))
    assert unquote(asked.headers["Location"]) == f"{reverse('mfa_reauthenticate')}?next=/admin/"

    client.post(asked.headers["Location"], {"code": code(SECRET)})
    assert client.get(reverse("admin:index")).status_code == 200


@pytest.mark.parametrize(
    "page",
    [
        "mfa_index",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_add_webauthn",
        "mfa_activate_totp",
        "account_reauthenticate",
        "account_change_password",
    ],
)
def test_a_session_from_before_with_the_password_alone_gets_round_no_factor(
    client: Client, manager: User, page: str
) -> None:
    """Otherwise a stolen password could read the recovery codes, or add a factor of its own."""
    sign_in(client, manager)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    TOTP.activate(manager, SECRET)
    RecoveryCodes.activate(manager)

    for answer in (client.get(reverse(page)), client.post(reverse(page), {"password": PASSWORD})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))


def test_someone_made_staff_must_set_one_up(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    assert client.get(reverse("my")).status_code == 200
    User.objects.filter(pk=citizen.pk).update(role=User.Role.RECEPTION)
    assert client.get(reverse("my")).headers["Location"] == reverse("mfa_index")


def test_staff_do_not_take_their_last_factor_away(client: Client, manager: User) -> None:
    sign_in(client, manager)
    set_up(client)
    url = reverse("mfa_deactivate_totp")
    asked = client.post(url)
    if "reauthenticate" in asked.headers.get("Location", ""):
        client.post(asked.headers["Location"], {"password": PASSWORD})
        client.post(url)
    assert Authenticator.objects.filter(user=manager, type=Authenticator.Type.TOTP).exists()


def test_citizens_may_set_one_up_and_take_it_away(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    set_up(client)
    assert Authenticator.objects.filter(user=citizen, type=Authenticator.Type.TOTP).exists()
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=citizen).exists()


def test_staff_see_no_group_before_their_second_factor(client: Client, coordinator: User) -> None:
    group = GroupFactory()
    client.force_login(coordinator)
    assert client.get(group.get_absolute_url()).headers["Location"] == reverse("mfa_index")


def test_a_passkey_can_be_set_up_on_a_page_of_its_own(client: Client, citizen: User) -> None:
    sign_in(client, citizen)
    asked = client.get(reverse("mfa_add_webauthn"))
    client.post(asked.headers["Location"], {"password": PASSWORD})
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200
