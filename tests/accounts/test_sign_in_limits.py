"""Limits on sign-in, sign-up and reset: counted in the one table that all processes share."""

from datetime import datetime
from functools import partial

import pytest
import time_machine
from django.core import signing
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from kyodo import clock, device
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import PASSWORD, UserFactory
from tests.racing import race

pytestmark = pytest.mark.django_db

FAILURES_PER_ACCOUNT = 5
FAILURES_OF_OWN_DEVICE = 10
FAILURES_PER_ADDRESS = 10
FAILURES_PER_NETWORK = 120
NOW = datetime(2026, 11, 20, 10, tzinfo=clock.TOKYO)
SIGN_INS_PER_ADDRESS = 30
SIGN_UPS_PER_ADDRESS = 20
RESETS_PER_ACCOUNT = 5
RESETS_PER_ADDRESS = 20
STOPPED = "しばらく止めています"
TOO_MANY = "少し待ってからお試しください"


@pytest.fixture(autouse=True)
def _no_attempts_yet() -> None:
    cache.clear()


def sign_in(client: Client, email: str, password: str = PASSWORD, **environ: str) -> str:
    """What came of it: in, wrong, stopped or too many."""
    response = client.post(reverse("account_login"), {"login": email, "password": password}, **environ)
    if response.status_code == 302:
        return "in"
    if response.status_code == 429:
        assert TOO_MANY in response.text
        return "too many"
    return "stopped" if STOPPED in response.text else "wrong"


def test_guesses_at_one_account_are_stopped_even_for_the_right_password(
    client: Client, citizen: User
) -> None:
    answers = [sign_in(client, citizen.email, "wrong") for _ in range(FAILURES_PER_ACCOUNT)]

    assert answers == ["wrong"] * FAILURES_PER_ACCOUNT
    assert sign_in(client, citizen.email) == "stopped"
    assert sign_in(client, citizen.email.upper()) == "stopped"


def test_the_owner_gets_in_while_a_stranger_elsewhere_guesses(client: Client, citizen: User) -> None:
    for number in range(4 * FAILURES_PER_ACCOUNT):
        sign_in(Client(), citizen.email, "wrong", REMOTE_ADDR=f"192.0.2.{number % 2}")
    assert sign_in(Client(), citizen.email, REMOTE_ADDR="192.0.2.1") == "stopped"

    assert sign_in(client, citizen.email, REMOTE_ADDR="198.51.100.1") == "in"


def test_the_owners_browser_gets_in_even_beside_whoever_guesses(client: Client, citizen: User) -> None:
    """At a desk, or behind the one address of an office."""
    assert sign_in(client, citizen.email) == "in"
    client.post(reverse("account_logout"))
    for _ in range(FAILURES_PER_ACCOUNT + 1):
        sign_in(Client(), citizen.email, "wrong")
    assert sign_in(Client(), citizen.email) == "stopped"

    assert sign_in(client, citizen.email) == "in"


def test_a_known_browser_guesses_at_no_other_account_and_not_without_end(
    client: Client, citizen: User, representative: User
) -> None:
    sign_in(client, citizen.email)
    client.post(reverse("account_logout"))

    others = [sign_in(client, representative.email, "wrong") for _ in range(FAILURES_PER_ACCOUNT + 1)]
    own = [sign_in(client, citizen.email, "wrong") for _ in range(FAILURES_OF_OWN_DEVICE + 1)]

    assert others[-1] == own[-1] == "stopped"


def test_a_forged_device_is_a_stranger(client: Client, citizen: User) -> None:
    client.cookies[device.COOKIE] = signing.dumps({"key": "x", "people": [citizen.pk]}, salt="another")

    answers = [sign_in(client, citizen.email, "wrong") for _ in range(FAILURES_PER_ACCOUNT + 1)]

    assert answers[-1] == "stopped"


def test_whoever_goes_on_waits_longer(client: Client, citizen: User) -> None:
    with time_machine.travel(NOW, tick=False) as hands:
        for _ in range(3):
            for _ in range(FAILURES_PER_ACCOUNT):
                assert sign_in(client, citizen.email, "wrong") == "wrong"
            hands.shift(301)

        page = client.post(reverse("account_login"), {"login": citizen.email, "password": PASSWORD})

    assert "長くて1時間" in page.text


def test_a_network_is_counted_as_one(client: Client, citizen: User) -> None:
    answers = [
        sign_in(Client(), f"person-{number}@example.jp", "wrong", REMOTE_ADDR=f"192.0.2.{number}")
        for number in range(FAILURES_PER_NETWORK + 1)
    ]

    assert answers == ["wrong"] * FAILURES_PER_NETWORK + ["stopped"]


def test_one_address_does_not_try_one_password_on_many_accounts(client: Client) -> None:
    people = UserFactory.create_batch(FAILURES_PER_ADDRESS + 1)

    answers = [sign_in(client, person.email, "sakura-2026") for person in people]

    assert answers == ["wrong"] * FAILURES_PER_ADDRESS + ["stopped"]


def test_one_address_does_not_sign_in_without_end(client: Client, citizen: User) -> None:
    answers = [sign_in(Client(), citizen.email) for _ in range(SIGN_INS_PER_ADDRESS + 1)]

    assert answers == ["in"] * SIGN_INS_PER_ADDRESS + ["too many"]


def test_a_forged_header_gives_no_new_attempts(client: Client, citizen: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0

    answers = [
        sign_in(Client(), citizen.email, HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
        for number in range(SIGN_INS_PER_ADDRESS + 1)
    ]

    assert answers[-1] == "too many"


def test_whoever_fills_the_table_gets_no_new_attempts(client: Client, citizen: User) -> None:
    for _ in range(FAILURES_PER_ACCOUNT):
        sign_in(client, citizen.email, "wrong")
    for number in range(400):
        cache.set(f"~{number}", 1, timeout=600)

    assert sign_in(client, citizen.email) == "stopped"


def test_one_address_does_not_sign_up_without_end() -> None:
    form = {
        "name": "新規 春子",
        "name_kana": "しんき はるこ",
        "password1": "kawabe-no-sanpo",
        "consent": "on",
    }
    answers = [
        Client().post(reverse("account_signup"), form | {"email": f"new-{number}@example.jp"})
        for number in range(SIGN_UPS_PER_ADDRESS + 1)
    ]

    assert [answer.status_code for answer in answers] == [302] * SIGN_UPS_PER_ADDRESS + [429]
    assert TOO_MANY in answers[-1].text


def test_nobody_is_buried_in_mails_of_resets(citizen: User) -> None:
    answers = [
        Client().post(
            reverse("account_reset_password"), {"email": citizen.email}, REMOTE_ADDR=f"192.0.2.{number}"
        )
        for number in range(RESETS_PER_ACCOUNT + 2)
    ]

    assert OutgoingMail.objects.filter(to=citizen.email).count() == RESETS_PER_ACCOUNT
    assert answers[-1].status_code == 429


def test_one_address_does_not_ask_for_resets_without_end() -> None:
    answers = [
        Client().post(reverse("account_reset_password"), {"email": f"nobody-{number}@example.jp"})
        for number in range(RESETS_PER_ADDRESS + 1)
    ]

    assert [answer.status_code for answer in answers] == [302] * RESETS_PER_ADDRESS + [429]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_twelve_guesses_at_once_no_more_than_allowed_are_heard(transactional_db: None) -> None:
    """Each with a database connection of its own, as in processes of their own."""
    person = UserFactory()
    answers: list[str] = []

    outcome = race(*[partial(guess, answers, person.email)] * 12)

    assert not outcome.broke
    assert 1 <= answers.count("wrong") <= FAILURES_PER_ACCOUNT
    assert set(answers) <= {"wrong", "stopped", "too many"}
    assert len(answers) == 12
    assert sign_in(Client(), person.email) in ("stopped", "wrong", "in")


def guess(answers: list[str], email: str) -> None:
    answers.append(sign_in(Client(), email, "wrong"))
