"""A passkey is added and used with Chromium's virtual authenticator, at the address that `make run` prints."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.factories.accounts import PASSWORD
from tests.journeys.conftest import Open
from tests.journeys.looking import problems

ADD = "/accounts/2fa/webauthn/add/"


@pytest.fixture
def named_site(site: str) -> str:
    """WebAuthn knows the site by its name, never by an IP address."""
    return site.replace("127.0.0.1", "localhost")


def with_authenticator(page: Page, **options: object) -> None:
    """Once the site is open: the browser gives each site a process, and the authenticator stays with the old one."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
                **options,
            }
        },
    )


def sign_in(page: Page, site: str, person: User, goal: str) -> None:
    page.goto(f"{site}/accounts/login/?next={goal}")
    page.get_by_label("メールアドレス").fill(person.email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()
    # What changes an account asks for the password once more.
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("パスキーを加える")


def test_a_passkey_is_added_and_signs_in(open_page: Open, named_site: str, citizen: User) -> None:
    page = open_page()
    sign_in(page, named_site, citizen, ADD)
    with_authenticator(page)
    page.get_by_label("このキーの名前").fill("自分のスマートフォン")
    page.get_by_label("パスワードなしで", exact=False).check()
    page.get_by_role("button", name="パスキーを加える").click()
    expect(page.get_by_role("main")).to_contain_text("回復コード")

    page.goto(f"{named_site}/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="ログアウト").click()
    page.goto(f"{named_site}/accounts/login/?next=/my/profile/")
    page.get_by_role("button", name="パスキーでログイン").click()

    expect(page).to_have_url(f"{named_site}/my/profile/")
    expect(page.get_by_label("お名前")).to_have_value(citizen.name)


def test_why_a_passkey_did_not_work_stands_on_the_page(open_page: Open, site: str, citizen: User) -> None:
    """At an IP address, and where the person does not confirm."""
    page = open_page()
    sign_in(page, site, citizen, ADD)
    page.get_by_label("このキーの名前").fill("鍵")
    page.get_by_role("button", name="パスキーを加える").click()
    expect(page.get_by_role("alert")).to_contain_text("数字だけのアドレス")
    assert problems(page) == []

    named = open_page()
    named.goto(f"{site.replace('127.0.0.1', 'localhost')}/accounts/login/")
    with_authenticator(named, isUserVerified=False)
    named.get_by_role("button", name="パスキーでログイン").click()
    expect(named.get_by_role("alert")).to_contain_text("もう一度押すと")
