"""A browser for the pages of the frame, the portal and the account."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import chromium

WIDTHS = (390, 1280)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.find()
    assert path, chromium.HOW
    # Playwright keeps an event loop in this thread, which Django takes for an asynchronous view.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(params=WIDTHS)
def page(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page at the width of a phone, and at that of a desk."""
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": request.param, "height": 844}, locale="ja-JP"
    )
    yield context.new_page()
    context.close()


@pytest.fixture(params=WIDTHS)
def page_without_script(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer
) -> Iterator[Page]:
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": request.param, "height": 844},
        locale="ja-JP",
        java_script_enabled=False,
    )
    yield context.new_page()
    context.close()
