"""Who signed in and who was refused; staff who leave their screen; proving it again; words no password may hold."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts import passwords
from accounts.actions import sign_ins
from accounts.models import SignIn, User
from kyodo import clock
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.centre import CentreFactory

pytestmark = pytest.mark.django_db

BACKEND = "accounts.backends.AccountBackend"
LOG = "admin:accounts_signin_changelist"
MONDAY = datetime(2026, 11, 16, 9, tzinfo=clock.TOKYO)


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()
    CentreFactory()


def try_to_sign_in(client: Client, email: str, password: str = PASSWORD) -> None:
    client.post(reverse("account_login"), {"login": email, "password": password})


def outcomes() -> list[str]:
    return list(SignIn.objects.order_by("pk").values_list("outcome", flat=True))


def test_signing_in_and_being_refused_are_recorded(client: Client, citizen: User) -> None:
    try_to_sign_in(client, citizen.email, "wrong")
    try_to_sign_in(client, citizen.email)
    client.post(reverse("account_logout"))
    for _ in range(11):
        try_to_sign_in(client, citizen.email, "wrong")

    assert outcomes()[:3] == ["wrong_password", "signed_in", "wrong_password"]
    assert outcomes()[-1] == "made_to_wait"
    first, last = SignIn.objects.earliest("pk"), SignIn.objects.latest("pk")
    assert (first.user, first.address, first.is_own_device) == (citizen, "127.0.0.1", False)
    assert last.is_own_device


def test_of_an_address_without_an_account_nothing_typed_is_kept(client: Client) -> None:
    try_to_sign_in(client, "my-password-by-mistake@example.jp", "wrong")

    row = SignIn.objects.get()
    assert row.user is None
    assert "mistake" not in str(vars(row))


def test_managers_read_the_log_and_nobody_else(
    client: Client, citizen: User, coordinator: User, manager: User
) -> None:
    try_to_sign_in(client, citizen.email)
    client.force_login(coordinator, backend=BACKEND)
    assert client.get(reverse(LOG)).status_code == 403
    assert not SignIn.objects.visible_to(coordinator)
    client.force_login(manager, backend=BACKEND)
    assert citizen.name in client.get(reverse(LOG)).text


def test_the_log_is_kept_as_long_as_the_settings_say(citizen: User, settings: Settings) -> None:
    settings.SIGN_IN_LOG_DAYS = 30
    for days in (29, 31):
        SignIn.objects.create(
            user=citizen,
            outcome=SignIn.Outcome.SIGNED_IN,
            happened_at=clock.now() - timedelta(days=days),
        )

    assert sign_ins.forget_old_sign_ins() == 1


# ── Whoever leaves the screen ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "minutes", "is_in"),
    [("reception", 55, True), ("reception", 75, False), ("ward_officer", 75, False), ("citizen", 75, True)],
)
def test_staff_who_leave_their_screen_are_signed_out(
    client: Client, who: str, minutes: int, is_in: bool, request: pytest.FixtureRequest
) -> None:
    with time_machine.travel(MONDAY, tick=False) as hands:
        client.force_login(request.getfixturevalue(who), backend=BACKEND)
        client.get(reverse("profile"))
        hands.shift(timedelta(minutes=minutes))

        answer = client.get(reverse("profile"), follow=True)

    assert ("しばらく操作がなかったため" in answer.text) is not is_in
    assert (answer.context["user"].is_authenticated) is is_in


def test_what_a_page_asks_for_by_itself_keeps_nobody_signed_in(client: Client, reception: User) -> None:
    with time_machine.travel(MONDAY, tick=False) as hands:
        client.force_login(reception, backend=BACKEND)
        client.get(reverse("profile"))
        for _ in range(8):
            hands.shift(timedelta(minutes=10))
            client.get(reverse("profile"), headers={"sec-fetch-mode": "cors"})

        assert client.get(reverse("profile")).status_code == 302


# ── Proving it again ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_role_changes_only_after_proving_it_again(client: Client, manager: User, citizen: User) -> None:
    client.force_login(manager, backend=BACKEND)
    address = reverse("admin:accounts_user_role", args=[citizen.pk])

    asked = client.post(address, {"role": "reception"})

    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    citizen.refresh_from_db()
    assert citizen.role == User.Role.CITIZEN
    client.post(asked.headers["Location"], {"password": PASSWORD})
    citizen.refresh_from_db()
    assert citizen.role == User.Role.RECEPTION
    # For the next minutes they are known.
    assert client.post(address, {"role": "citizen"}).headers["Location"].startswith("/admin/accounts/user/")


@pytest.mark.parametrize("step", ["role", "second_factor_reset"])
def test_steps_over_somebody_elses_account_ask_who_presses(
    client: Client, manager: User, citizen: User, step: str
) -> None:
    client.force_login(manager, backend=BACKEND)

    answer = client.post(reverse(f"admin:accounts_user_{step}", args=[citizen.pk]), {"role": "reception"})

    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))


# ── Words no password may hold ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Kyodo-2026-spring", "password_site_name"),
        ("みなと市民協働推進センター1", "password_site_name"),
        ("watanabe-no-niwa", "password_own_name"),
        ("xx-SATOU-xx-xx", "password_own_name"),
        ("sato-no-ringo", "password_own_name"),
        ("わたなべのにわで", "password_own_name"),
        ("渡邊さんの大きな庭", "password_own_name"),
        ("ringo-to-mikan", None),
    ],
)
def test_no_password_holds_the_name_of_the_site_or_the_person(password: str, code: str | None) -> None:
    person = UserFactory.build(name="渡辺 佐藤", name_kana="わたなべ さとう")

    if code is None:
        passwords.NamesValidator().validate(password, person)
        return
    with pytest.raises(ValidationError) as refused:
        passwords.NamesValidator().validate(password, person)
    assert refused.value.code == code


def test_kana_are_spelled_as_people_write_their_names() -> None:
    names = ("しんいち", "きょうこ", "はっとり", "ちゃたに", "じゅんこ")
    assert [passwords.romaji(name) for name in names] == ["shinichi", "kyouko", "hattori", "chatani", "junko"]


def test_the_name_typed_beside_a_new_password_counts(client: Client) -> None:
    answer = client.post(
        reverse("account_signup"),
        {
            "name": "新規 春子",
            "name_kana": "しんき はるこ",
            "email": "new@example.jp",
            "password1": "haruko-no-sanpo",
            "consent": "on",
        },
    )

    assert "お名前は、パスワードに使えません" in answer.text


# ── Where signing in leads ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "page"), [("citizen", "my"), ("reception", "admin:index"), ("ward_officer", "ward_desk")]
)
def test_everybody_lands_on_the_page_their_day_begins_with(
    client: Client, who: str, page: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)

    answer = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})

    assert answer.headers["Location"] == reverse(page)


def test_the_page_of_signing_in_says_why_one_came_there(client: Client) -> None:
    login = reverse("account_login")

    assert "場所を予約するには" in client.get(f"{login}?next=/spaces/space-a/book/").text
    assert "団体を登録するには" in client.get(f"{login}?next=/groups/register/").text
    assert "このページを開くには" in client.get(f"{login}?next=/bookings/").text
    assert "ログインしてください" not in client.get(login).text
    assert client.get(f"{login}?next=https://evil.example/").status_code == 200


def test_search_engines_are_told_what_to_leave_alone(client: Client) -> None:
    answer = client.get("/robots.txt")

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Disallow: /admin/" in answer.text
