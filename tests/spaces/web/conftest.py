"""A Friday morning in the centre of Yokohama, with its four spaces and its usual week."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from kyodo import clock
from spaces.models import Space
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.spaces import yokohama_spaces

FRIDAY = datetime(2026, 11, 20, 10, 10, tzinfo=clock.TOKYO)
WEDNESDAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _friday_morning() -> Iterator[None]:
    with time_machine.travel(FRIDAY, tick=False):
        yield


@pytest.fixture
def spaces(db: None) -> dict[str, Space]:
    usual_week()
    CentreFactory()
    return yokohama_spaces()


@pytest.fixture
def space_a(spaces: dict[str, Space]) -> Space:
    return spaces["space-a"]


@pytest.fixture
def lab(spaces: dict[str, Space]) -> Space:
    return spaces["kyodo-lab"]


@pytest.fixture
def aoba(client: Client, group: Group, representative: User) -> Client:
    """The browser of あおば's representative."""
    client.force_login(representative)
    return client


def wish(group: Group, /, **changes: Any) -> dict[str, Any]:
    """What the form sends for スペースA or 協働ラボ, in the free."""
    return {
        "group": group.pk,
        "date": "2026-11-25",
        "begins": "13:00",
        "ends": "15:00",
        "people": "5",
        "purpose": "月例会の打合せ",
    } | changes


@pytest.fixture
def book(aoba: Client, group: Group, spaces: dict[str, Space]) -> Callable[..., HttpResponse]:
    """Send the form of a space as あおば's representative."""

    def send(slug: str = "space-a", **changes: Any) -> HttpResponse:
        return aoba.post(reverse("space_book", args=[slug]), wish(group, **changes))

    return send
