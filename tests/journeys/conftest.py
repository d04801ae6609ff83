"""A real browser before the real site: one Chromium a worker, a live server, and a Wednesday morning that stands still."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from kyodo.portal import demo
from tests import chromium
from tests.factories.accounts import PASSWORD
from tests.journeys.looking import DESKTOP, PHONE, THIS_MACHINE, Watch

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE {THIS_MACHINE}, EXCLUDE localhost",
]
# A machine with two cores that runs other tests as well is slow, not broken.
PATIENCE = 15_000
LAST_REQUEST_SECONDS = 5
NOW = datetime(2026, 11, 18, 10, 7, tzinfo=clock.TOKYO)
"""A Wednesday, open until 20:00, seven minutes into a half-hour. It goes on ticking: people wait for pages."""

Open = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/journeys/"):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Closed when the worker turns to other tests: while playwright runs, its thread counts as asynchronous."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.HOW)
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def live_server(django_db_setup: None) -> Iterator[LiveServer]:
    """Bound to the address that the browser may talk to, and stopped before the database goes."""
    server = LiveServer(THIS_MACHINE)
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def wednesday_morning() -> Iterator[time_machine.Traveller]:
    """`wednesday_morning.shift(5)`: five seconds later, where a person takes longer than a browser that is driven."""
    with time_machine.travel(NOW, tick=True) as hands:
        yield hands


@pytest.fixture
def site(live_server: LiveServer, transactional_db: None) -> str:
    """The site's address, with the Yokohama centre and its spaces behind it."""
    # Counters of attempts live in a table that outlasts a test.
    cache.clear()
    call_command("load_centre", "yokohama", verbosity=0)
    call_command("load_spaces", "yokohama", verbosity=0)
    return str(live_server.url)


@pytest.fixture
def demo_site(site: str) -> str:
    """The same with the people, groups and bookings that `make run` shows."""
    demo.load()
    return site


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Open]:
    """`open_page(PHONE, user=..., javascript=False, dark=True)`: a page of a visitor's own; watched until the test ends."""
    watch = Watch()
    contexts: list[BrowserContext] = []

    def open_page(
        size: dict[str, int] = DESKTOP,
        *,
        user: User | None = None,
        javascript: bool = True,
        dark: bool = False,
    ) -> Page:
        context = browser.new_context(
            viewport=size,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            base_url=site,
            locale="ja-JP",
            timezone_id="Asia/Tokyo",
            has_touch=size == PHONE,
            is_mobile=size == PHONE,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        if user is not None:
            carry_session(context, site, user)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()
    _let_requests_end()
    assert not watch.problems, "\n".join(watch.problems)


def _let_requests_end() -> None:
    """A page that is left may still send something; its request must not meet a database that is being emptied."""
    deadline = time.monotonic() + LAST_REQUEST_SECONDS
    while any("process_request_thread" in thread.name for thread in threading.enumerate()):
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)


@pytest.fixture(params=["phone", "desktop"])
def size(request: pytest.FixtureRequest) -> dict[str, int]:
    return PHONE if request.param == "phone" else DESKTOP


def carry_session(context: BrowserContext, site: str, user: User) -> None:
    """Signed in without the page: for tests about something else."""
    client = Client()
    client.force_login(user, backend="accounts.backends.AccountBackend")
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])


def sign_in(page: Page, email: str) -> None:
    """As a person does."""
    page.goto("/accounts/login/")
    page.get_by_label("メールアドレス").fill(email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()
    expect(page).not_to_have_url("/accounts/login/")


def newest_mail(to: str) -> OutgoingMail:
    return OutgoingMail.objects.filter(to=to).latest("pk")


def link_in_mail(to: str) -> str:
    """The first address in the newest mail to this person, without the name of the site."""
    mail = newest_mail(to)
    found = re.search(r"https?://[^/\s]+(/\S+)", mail.body)
    assert found, f"no link in {mail.subject!r}:\n{mail.body}"
    return found[1]
