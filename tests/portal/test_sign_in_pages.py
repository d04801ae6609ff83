"""The pages of signing in and of the account: ours to look at, and in Japanese to the last word."""

import re

import pytest
from django.test import Client

from accounts.models import User
from tests.factories.centre import CentreFactory

# Words that are the same in Japanese.
KNOWN = re.compile(
    r"FAX|PDF|Word|Cookie|JavaScript|QR|MB|IP|A|B|Chrome|Safari|[\w.+-]+@[\w.-]+|https?://\S+|[\d.:-]+"
)

ENTRANCES = (
    "login",
    "signup",
    "password/reset",
    "password/reset/done",
    "password/reset/key/1-x",
    "password/reset/key/done",
    "confirm-email",
    "confirm-email/MQ:x",
    "inactive",
)
ACCOUNT = ("email", "password/change", "2fa", "sessions", "logout", "reauthenticate")


def english_words(page: str) -> list[str]:
    body = page[page.index("<body") :]
    shown = re.sub(r"<script.*?</script>", " ", body, flags=re.DOTALL)
    labels = re.findall(r'(?:alt|title|placeholder|aria-label)="([^"]*)"', shown)
    text = KNOWN.sub(" ", " ".join([re.sub(r"<[^>]+>", " ", shown), *labels]))
    return re.findall(r"[A-Za-z]{2,}", text)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ENTRANCES)
def test_an_entrance_stands_in_our_frame_and_has_no_english(client: Client, path: str) -> None:
    CentreFactory()

    response = client.get(f"/accounts/{path}/", follow=True)
    page = response.content.decode()

    assert response.status_code == 200
    assert "site-header" in page
    assert page.count("<h1") == 1
    assert english_words(page) == []


@pytest.mark.parametrize("path", ACCOUNT)
def test_an_account_page_stands_in_our_frame_and_has_no_english(
    client: Client, citizen: User, path: str
) -> None:
    CentreFactory()
    client.force_login(citizen)

    response = client.get(f"/accounts/{path}/", follow=True)
    page = response.content.decode()

    assert response.status_code == 200
    assert page.count("<h1") == 1
    assert english_words(page) == []


def test_refused_sign_in_says_so_in_japanese_and_keeps_the_address(client: Client, citizen: User) -> None:
    page = client.post("/accounts/login/", {"login": citizen.email, "password": "wrong-one"}).content.decode()

    assert "エラー：" in page
    assert f'value="{citizen.email}"' in page
    assert english_words(page) == []


def test_a_weak_password_is_refused_in_japanese(client: Client, db: None) -> None:
    page = client.post(
        "/accounts/signup/", {"email": "hanako@example.jp", "password1": "12345"}
    ).content.decode()

    assert "パスワードは10文字以上にしてください。" in page
    assert "数字だけです。" in page
    assert english_words(page) == []
