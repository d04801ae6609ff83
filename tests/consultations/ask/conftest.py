"""A visitor before the form, a Monday morning, and a form filled in well."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kyodo import clock
from tests.factories.centre import CentreFactory, usual_week

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=clock.TOKYO)

TYPED = {
    "who": "citizen",
    "what": "start",
    "group": "",
    "text": "空き家を使って、子どもの居場所をつくりたい。",
    "wish": "mail",
    "name": "相談 花子",
    "email": "hanako@example.jp",
    "phone": "",
    "may_mail": "on",
    "may_phone": "on",
}


@pytest.fixture(autouse=True)
def _centre() -> None:
    cache.clear()
    CentreFactory(email="centre@example.jp")
    usual_week()


@pytest.fixture
def monday() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def hidden(response: HttpResponse) -> dict[str, str]:
    """The hidden inputs of the page, as a browser sends them back."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def look_through(client: Client, **typed: object) -> HttpResponse:
    """Up to the last page."""
    return client.post(reverse("consult"), TYPED | {"review": "1"} | typed)


def send(client: Client, traveller: time_machine.Traveller | None = None, **typed: object) -> HttpResponse:
    """All the way, with the time that a person takes."""
    own = {name: typed.pop(name) for name in ("papers", "consent_use", "website") if name in typed}
    review = look_through(client, **typed)
    assert review.status_code == 200, review.content.decode()
    if traveller is not None:
        traveller.shift(timedelta(seconds=30))
    sending = {"send": "1", "consent_use": "on"} | own
    return client.post(reverse("consult"), TYPED | typed | hidden(review) | sending)
