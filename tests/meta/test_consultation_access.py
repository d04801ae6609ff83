"""Every page and button of a consultation in the admin as every role: of one the centre has in hand, of one a ward has."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.models import User
from consultations.models import (
    Attachment,
    Consultation,
    DraftFile,
    Introduction,
    ReplyDraft,
)
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory
from tests.meta.test_access import BACKEND, ROLES, answer

pytestmark = pytest.mark.django_db

# In the order of ROLES. L sent to sign in, 2 the page, > done or led elsewhere, 0 forbidden, 4 not there, 5 takes no form,
# 2 <409> what was typed comes back.
STAFF = "LLLLLL222"
GET_ONLY = "LLLLLL555"
MANAGER = "LLLLLL002"
NOT_THERE = "LLLLLL444"
DONE = "LLLLLL>>>"

LISTS = {"changelist", "add", "history", "delete", "autocomplete"}
OPENED = {
    STAFF: "change reply edit contact partners similar changes",
    MANAGER: "readings",
    # Nothing is begun yet, or the address takes forms alone: back to the page of the form.
    DONE: (
        "reply_preview next assign start wait close reopen decline_reopening seen tag note talk reply_discard reply_file_remove relate "
        "unrelate duplicate unduplicate introduce introduction lock_out let_in presence"
    ),
}
# What an empty POST does; nothing typed is never taken for a wish.
PRESSED = {
    GET_ONLY: "change partners similar changes readings next",
    "LLLLLL222": "presence wait close tag note talk reply_preview edit relate duplicate introduce introduction",
    "LLLLLL<409><409><409>": "assign start contact reopen decline_reopening seen unduplicate",
    # A press without a draft leads to the form; one without an object finds none.
    "LLLLLL>>>": "reply reply_discard",
    "LLLLLL444": "unrelate reply_file_remove",
    "LLLLLL002": "lock_out",
    "LLLLLL004": "let_in",
}


@pytest.fixture
def clients(request: pytest.FixtureRequest) -> dict[str, Client]:
    CentreFactory()
    usual_week()
    found = {}
    for role in ROLES:
        found[role] = Client(HTTP_HOST="127.0.0.1")
        if role != "anonymous":
            fixture: Any = request.getfixturevalue
            user = fixture(role) if role not in ("member", "representative") else fixture("citizen")
            found[role].force_login(user, backend=BACKEND)
    return found


def names() -> list[str]:
    """Every address under one consultation."""
    prefix = "consultations_consultation_"
    urls = admin.site._registry[Consultation].get_urls()
    found = [str(one.name) for one in urls if isinstance(one, URLPattern) and one.name]
    return [name.removeprefix(prefix) for name in found if name.startswith(prefix)]


def keys_of(consultation: Consultation, writer: User) -> Callable[[str], dict[str, int]]:
    introduction = Introduction.objects.create(consultation=consultation, name="みどりの会", by=writer)
    draft = ReplyDraft.objects.create(consultation=consultation, by=writer, version=1)
    file = DraftFile.objects.create(draft=draft, file="drafts/x.pdf", name="x.pdf", content_type="", size=1)
    more = {"introduction": {"introduction": introduction.pk}, "reply_file_remove": {"file": file.pk}}
    # The views of both doors take whatever names the consultation at theirs.
    own = dict.fromkeys(("edit", "contact"), {"key": consultation.pk})
    return lambda name: own.get(name, {"pk": consultation.pk, **more.get(name, {})})


def walk(consultation: Consultation, clients: dict[str, Client], writer: User, method: str) -> dict[str, str]:
    keys = keys_of(consultation, writer)
    found = {}
    for name in names():
        if name in LISTS:
            continue
        if name == "change":
            address = reverse("admin:consultations_consultation_change", args=[consultation.pk])
        else:
            address = reverse(f"admin:consultations_consultation_{name}", kwargs=keys(name))
        found[name] = ""
        for client in clients.values():
            with transaction.atomic():
                found[name] += answer(client, address, method)
                transaction.set_rollback(True)
    return found


def expected(table: dict[str, str]) -> dict[str, str]:
    return {name: codes for codes, names in table.items() for name in names.split()}


def test_the_pages_of_one_in_the_centres_hand(
    clients: dict[str, Client], manager: User, citizen: User
) -> None:
    consultation = ConsultationFactory(in_progress=True)

    assert walk(consultation, clients, citizen, "get") == expected(OPENED)


def test_the_buttons_of_one_in_the_centres_hand(
    clients: dict[str, Client], manager: User, citizen: User
) -> None:
    consultation = ConsultationFactory(in_progress=True)

    assert walk(consultation, clients, citizen, "post") == expected(PRESSED)


@pytest.mark.parametrize("method", ["get", "post"])
def test_one_in_a_wards_hand_is_not_there(
    method: str, clients: dict[str, Client], ward_officer: User, citizen: User
) -> None:
    consultation = ConsultationFactory(ward_centre=ward_officer.ward_centre)

    found = walk(consultation, clients, citizen, method)

    assert set(found.values()) <= {NOT_THERE, DONE if method == "get" else GET_ONLY}
    assert len(found) >= 28


def test_a_file_comes_to_the_office_in_hand_alone(clients: dict[str, Client], ward_officer: User) -> None:
    addresses = []
    for office in (None, ward_officer.ward_centre):
        consultation = ConsultationFactory(ward_centre=office)
        file = Attachment.objects.create(
            consultation=consultation,
            file=ContentFile(b"%PDF-1.4", "plan.pdf"),
            name="計画.pdf",
            content_type="application/pdf",
            size=8,
        )
        addresses.append(reverse("admin:consultations_attachment", args=[file.pk]))

    own, theirs = ("".join(answer(client, address) for client in clients.values()) for address in addresses)

    assert (own, theirs) == (STAFF, NOT_THERE)
