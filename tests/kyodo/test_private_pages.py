"""Pages of somebody signed in stay with them, on a screen that many use."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories.centre import CentreFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["my", "profile", "bookings", "home"])
def test_no_browser_keeps_what_somebody_signed_in_was_shown(client: Client, citizen: User, page: str) -> None:
    CentreFactory()
    client.force_login(citizen)

    assert "no-store" in client.get(reverse(page))["Cache-Control"]


@pytest.mark.parametrize("page", ["home", "groups", "privacy"])
def test_pages_for_everybody_may_be_kept(client: Client, page: str) -> None:
    CentreFactory()

    assert "no-store" not in client.get(reverse(page)).headers.get("Cache-Control", "")
