"""The frame, the home page and the account in a real browser: accessible, by keyboard, without JavaScript."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.spaces import yokohama_spaces

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

STANDARD = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
PASSWORD = "a-long-and-quiet-river"
PUBLIC = ("/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere/")
SIGNED_IN = (
    "/my/",
    "/style/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/reauthenticate/",
    "/accounts/sessions/",
    "/accounts/logout/",
)


@pytest.fixture(autouse=True)
def _centre_with_spaces(transactional_db: None) -> None:
    CentreFactory()
    usual_week()
    yokohama_spaces()


@pytest.fixture
def receptionist(transactional_db: None) -> User:
    user = UserFactory(email="hanako@example.jp", name="受付 花子", reception=True)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def complaints(page: Page) -> Iterator[list[str]]:
    """What the browser says against a page: blocked by the Content-Security-Policy, broken scripts."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield said
    assert [one for one in said if "404" not in one] == []


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=STANDARD).response["violations"]
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


def check(page: Page, path: str) -> list[str]:
    """What is wrong with the page at that address."""
    page.goto(path)
    wrong = violations(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append("wider than the screen")
    return [f"{path} {one}" for one in wrong]


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/?next=/my/")
    page.get_by_label("メールアドレス").fill("hanako@example.jp")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.wait_for_url("**/my/")


def prove_identity(page: Page) -> None:
    """The pages of second factors ask for the password once more, however short ago one signed in."""
    page.goto("/accounts/reauthenticate/?next=/accounts/2fa/")
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="確かめる").click()
    page.wait_for_url("**/2fa/")


@pytest.mark.usefixtures("complaints")
def test_public_pages_have_no_barrier(page: Page) -> None:
    assert [wrong for path in PUBLIC for wrong in check(page, path)] == []


@pytest.mark.usefixtures("complaints", "receptionist")
def test_account_pages_have_no_barrier(page: Page) -> None:
    sign_in(page)
    prove_identity(page)

    assert [wrong for path in SIGNED_IN for wrong in check(page, path)] == []


@pytest.mark.usefixtures("complaints")
def test_a_refused_form_has_no_barrier_and_starts_at_its_summary(page: Page) -> None:
    page.goto("/accounts/signup/")
    page.get_by_role("button", name="登録して確認メールを受け取る").click()

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    assert violations(page) == []
    summary.get_by_role("link", name="お名前").click()
    expect(page.get_by_label("お名前")).to_be_focused()


def test_the_keyboard_goes_from_the_skip_link_to_the_content(page: Page) -> None:
    page.goto("/")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="本文へ進む")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("main").get_by_role("link").first).to_be_focused()


def test_what_has_the_focus_is_seen(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").focus()

    style = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "4px" in style


@pytest.mark.usefixtures("receptionist")
def test_the_menu_opens_and_closes_by_keyboard(page: Page) -> None:
    sign_in(page)
    summary = page.locator("summary:visible").first
    summary.focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="ログアウト").locator("visible=true")).to_be_visible()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.locator("details[open]")).to_have_count(0)


@pytest.mark.usefixtures("receptionist")
def test_a_person_signs_in_and_out_without_script(page_without_script: Page) -> None:
    page = page_without_script
    sign_in(page)

    page.locator("summary:visible").first.click()
    page.get_by_role("link", name="ログアウト").locator("visible=true").click()
    page.get_by_role("button", name="ログアウト").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("今日")


@pytest.mark.usefixtures("receptionist")
def test_a_passkey_is_added_and_signs_in(page: Page, complaints: list[str]) -> None:
    """With an authenticator of the browser's own: the scripts of passkeys run under our Content-Security-Policy."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    authenticator = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": authenticator})
    sign_in(page)
    prove_identity(page)

    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_label("パスワードなしでログインする").check()
    page.get_by_role("button", name="パスキーを加える").click()
    expect(page.get_by_text("パスキーを加えました。")).to_be_visible()
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="ログアウト").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="パスキーでログイン").click()
    page.wait_for_url("**/admin/")

    assert complaints == []
