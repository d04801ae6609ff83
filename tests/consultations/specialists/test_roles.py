"""Every page and button around specialists as every role: of a consultation in the centre's hand, and of a ward's."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.models import Specialist, SpecialistSession
from tests.consultations.specialists.conftest import Ask
from tests.factories.consultations import ConsultationFactory, LockOutFactory

# L sent to sign in, 2 the page, 3 done, 0 forbidden, 4 not there, 5 POST only, 6 the form with what is missing.
ROLES = ("anonymous", "citizen", "ward_officer", "reception", "coordinator", "manager")
CODES = {200: "2", 302: "3", 403: "0", 404: "4", 405: "5", 422: "6"}
STEPS = ("hear", "match", "fix", "finish", "another", "cancel")


@pytest.fixture
def clients(request: pytest.FixtureRequest) -> list[Client]:
    found = []
    for role in ROLES:
        client = Client(HTTP_HOST="127.0.0.1")
        if role != "anonymous":
            client.force_login(request.getfixturevalue(role))
        found.append(client)
    return found


def walk(clients: list[Client], address: str, method: str) -> str:
    got = ""
    for client in clients:
        with transaction.atomic():
            response = getattr(client, method)(address)
            is_outside = response.status_code == 302 and "/login/" in response.headers["Location"]
            got += "L" if is_outside else CODES[response.status_code]
            transaction.set_rollback(True)
    return got


def addresses(session: SpecialistSession) -> dict[str, str]:
    return {
        "new": reverse("admin:consultations_session_new", args=[session.consultation_id]),
        "page": reverse("admin:consultations_session", args=[session.pk]),
        "change": reverse("admin:consultations_specialistsession_change", args=[session.pk]),
        **{
            f"step {step}": reverse("admin:consultations_session_step", args=[session.pk, step])
            for step in (*STEPS, "unheard-of")
        },
    }


def decided(table: dict[str, str]) -> Callable[[str], str]:
    return lambda name: table.get(name) or table[name.split()[0]]


@pytest.mark.parametrize(
    ("method", "table"),
    [
        ("get", {"new": "LLL022", "page": "LLL222", "change": "LLL222", "step": "LLL333"}),
        (
            "post",
            {
                "new": "LLL066",
                "page": "LLL555",
                "change": "LLL555",
                "step": "LLL066",
                "step unheard-of": "LLL444",
            },
        ),
    ],
)
def test_a_session_of_the_centre(method: str, table: dict[str, str], clients: list[Client]) -> None:
    session = SpecialistSession.objects.create(
        consultation=ConsultationFactory(in_progress=True), profession="lawyer"
    )

    got = {name: walk(clients, one, method) for name, one in addresses(session).items()}

    assert got == {name: decided(table)(name) for name in got}


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_session_of_a_ward_or_of_one_kept_out_is_not_there(
    method: str, clients: list[Client], ward_officer: User, coordinator: User, manager: User, reception: User
) -> None:
    kept = ConsultationFactory(in_progress=True)
    for user in (coordinator, manager, reception):
        LockOutFactory(consultation=kept, user=user)
    theirs = ConsultationFactory(
        in_progress=True, ward_centre=ward_officer.ward_centre, assignee=ward_officer
    )
    for consultation in (kept, theirs):
        session = SpecialistSession.objects.create(consultation=consultation, profession="lawyer")
        for name, one in addresses(session).items():
            assert walk(clients, one, method) in ("LLL444", "LLL333" if method == "get" else "LLL555"), name


def test_the_roster_and_the_link(clients: list[Client], ask: Ask, specialist: Specialist) -> None:
    asked = ask(specialist)
    slots = reverse("admin:consultations_specialist_slots", args=[specialist.pk])
    renew = reverse("admin:consultations_referral_renew", args=[asked.referral.pk])

    got = {
        (name, method): walk(clients, name, method) for name in (slots, renew) for method in ("get", "post")
    }

    assert got == {
        (slots, "get"): "LLL022",
        (slots, "post"): "LLL066",
        (renew, "get"): "LLL333",
        (renew, "post"): "LLL333",
    }


def test_the_list_shows_no_session_of_another_office_and_none_to_one_kept_out(
    client: Client, coordinator: User, manager: User, ward_officer: User
) -> None:
    ours = ConsultationFactory(in_progress=True)
    theirs = ConsultationFactory(
        in_progress=True, ward_centre=ward_officer.ward_centre, assignee=ward_officer
    )
    LockOutFactory(consultation=ours, user=manager)
    for consultation in (ours, theirs):
        SpecialistSession.objects.create(consultation=consultation, profession="lawyer")
    address = reverse("admin:consultations_specialistsession_changelist")

    client.force_login(coordinator)
    seen = client.get(address, {"q": ""}).content.decode()
    client.force_login(manager)
    kept_out = client.get(address).content.decode()

    assert ours.reference in seen
    assert theirs.reference not in seen
    assert ours.reference not in kept_out
