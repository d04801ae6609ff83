"""Every form of the site, sent after the session has ended or with an old ticket: it comes back with what was typed."""

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.test.client import RedirectCycleError
from django.urls import URLResolver, get_resolver, reverse

from accounts.models import User
from kyodo.models import Attempts
from tests.meta.test_access import BACKEND, OUR_VIEWS, Scene, patterns, scene

pytestmark = pytest.mark.django_db

__all__ = ["scene"]

WORDS = "土曜に見に来てほしいとのこと。<きっと>"
SAMPLES = {"int": "1", "str": "x", "slug": "x", "path": "1", "uuid": "x"}
# What programs send to, and a button with nothing to type that anybody may press.
WITHOUT_WORDS = {"consultations_mail_webhook", "mail_tracking_webhook", "invitation"}


def admin_addresses(resolver: URLResolver, route: str = "/admin/") -> list[str]:
    found: list[str] = []
    for one in resolver.url_patterns:
        here = route + str(one.pattern)
        if isinstance(one, URLResolver):
            found += admin_addresses(one, here)
        elif one.callback.__module__.startswith(OUR_VIEWS):
            found.append(re.sub(r"<(\w+):\w+>", lambda part: SAMPLES[part[1]], here))
    return found


@pytest.fixture
def addresses(scene: Scene, manager: User, representative: User, ward_officer: User) -> dict[str, User]:
    """Every address of ours and of the admin, with somebody who might send something to it."""
    found = {}
    for pattern in patterns():
        if not pattern.callback.__module__.startswith(OUR_VIEWS) or pattern.name in WITHOUT_WORDS:
            continue
        address = scene.address(pattern.name or "", set(getattr(pattern.pattern, "converters", {})))
        found[address] = ward_officer if address.startswith("/ward/") else representative
    admin = next(one for one in get_resolver().url_patterns if getattr(one, "app_name", "") == "admin")
    assert isinstance(admin, URLResolver)
    desk = dict.fromkeys(admin_addresses(admin), manager)
    # Leads to the one sign-in of the site by itself.
    del desk[reverse("admin:login")]
    return found | desk


def at_work(person: User, *, checks: bool = False) -> Client:
    browser = Client(HTTP_HOST="localhost", enforce_csrf_checks=checks)
    browser.force_login(person, backend=BACKEND)
    browser.get("/my/")
    return browser


def shows(page: HttpResponse, address: str) -> bool:
    """A form that goes to the address, with the words in it."""
    soup = BeautifulSoup(page.content, "html.parser")
    return page.status_code == 200 and any(
        urlsplit(urljoin(page.request["PATH_INFO"], str(form.get("action") or ""))).path == address
        and any(WORDS in (field.get("value"), field.string and field.string.strip()) for field in form())
        for form in soup.find_all("form", method="post")
    )


def test_whoever_signs_in_again_finds_what_was_typed(addresses: dict[str, User]) -> None:
    wrong, kept = [], 0
    browsers = {person: at_work(person) for person in set(addresses.values())}
    for address, person in addresses.items():
        browser = browsers[person]
        Attempts.objects.all().delete()
        Session.objects.all().delete()
        answer = browser.post(address, {"text": WORDS})
        if answer.status_code != 302 or "/login/" not in answer.headers["Location"]:
            # Open to everybody, or nothing is there.
            continue
        if address == reverse("register_group"):
            # A button without a field: its page says what it takes, and leads to sign in by itself.
            continue
        kept += 1
        goal = parse_qs(urlsplit(answer.headers["Location"]).query)["next"][0]
        if address.startswith("/admin/"):
            # Drawn as slowly as the others together, and by the same middleware.
            if "unsent=" not in goal:
                wrong.append(f"{address}: {goal}")
            continue
        browser.force_login(person, backend=BACKEND)
        try:
            page = browser.get(goal, follow=True)
        except RedirectCycleError as error:
            wrong.append(f"{address}: {error.redirect_chain}")
            continue
        if page.streaming:
            b"".join(page.streaming_content)  # type: ignore[attr-defined]
        elif not shows(page, address):
            wrong.append(f"{address}: {page.status_code} {page.request['PATH_INFO']}")

    assert wrong == []
    assert kept > 100


def test_an_old_ticket_leads_back_to_the_form(addresses: dict[str, User]) -> None:
    wrong = []
    browsers = {person: at_work(person, checks=True) for person in set(addresses.values())}
    for address, person in addresses.items():
        Attempts.objects.all().delete()
        answer = browsers[person].post(
            address,
            {"text": WORDS, "csrfmiddlewaretoken": "old"},
            headers={"origin": "http://localhost"},
        )
        if answer.status_code != 302 or "unsent=" not in answer.headers["Location"]:
            wrong.append(f"{address}: {answer.status_code}")

    assert wrong == []


def test_no_address_answers_a_reload_with_a_bare_405(addresses: dict[str, User], manager: User) -> None:
    """The admin's; those of the public pages stand in test_access."""
    desk = at_work(manager)

    wrong = []
    for address in addresses:
        if address.startswith("/admin/"):
            response = desk.get(address)
            wrong += [address] if response.status_code == 405 else []
            if response.streaming:
                # A file stays open until it has been read to its end.
                response.getvalue()

    assert wrong == []
