"""The list of everything, beside every page of the admin: for each role its own, with the mark where one is."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db


def menu(client: Client, path: str) -> str:
    page = client.get(path).content.decode()
    return page[page.index('id="nav-sidebar"') : page.index("<main")]


def marked(drawn: str) -> list[str]:
    return re.findall(r'<a href="([^"]+)" aria-current="page"', drawn)


def test_the_page_one_is_on_is_marked_and_no_other(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    bookings, mails = (
        reverse("admin:spaces_booking_changelist"),
        reverse("admin:mail_outgoingmail_changelist"),
    )

    assert marked(menu(client, bookings)) == [bookings]
    assert marked(menu(client, mails)) == [mails]
    assert marked(menu(client, f"{bookings}day/")) == [bookings]


def test_each_role_sees_what_it_may_add(client: Client, reception: User, manager: User) -> None:
    add = reverse("admin:consultations_cannedreply_add")

    client.force_login(reception)
    assert add not in menu(client, reverse("admin:consultations_inbox"))
    client.force_login(manager)
    assert add in menu(client, reverse("admin:consultations_inbox"))
    client.force_login(reception)
    assert add not in menu(client, reverse("admin:consultations_inbox"))
