"""The page of whoever asked, without an account: a code by mail, and one answer for every number and address."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from consultations.actions import editing, page_codes
from consultations.actions.intake import ContactDetails
from consultations.models import Consultation, PageCode, Reading
from consultations.tasks.people import send_page_code
from kyodo.mail.models import OutgoingMail
from tests.factories.consultations import ConsultationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
EMAIL = "hanako@example.jp"
UNKNOWN = "ZZZZ2222"


@pytest.fixture
def asked() -> Consultation:
    return ConsultationFactory(contact__email=EMAIL)


def door(reference: str) -> str:
    return reverse("consultation", args=[reference])


def ask_for_code(client: Client, reference: str, email: str) -> object:
    return client.post(reverse("consultation_code", args=[reference]), {"email": email})


def try_code(client: Client, reference: str, code: str) -> object:
    return client.post(reverse("consultation_open", args=[reference]), {"code": code})


def deferred() -> list[int]:
    """For which consultations the page asked for a mail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'consultation_id')::int FROM procrastinate_jobs WHERE task_name = %s ORDER BY id",
            [send_page_code.name],
        )
        return [row[0] for row in cursor.fetchall()]


def code_for(consultation: Consultation) -> str:
    send_page_code(consultation_id=consultation.pk)
    mail = OutgoingMail.objects.filter(kind="consultations/page_code").latest("pk")
    found = re.search(r"^\d{6}$", mail.body, re.MULTILINE)
    assert found
    return found[0]


def plain(response: object) -> str:
    """The page without what differs from one answer to the next."""
    text = response.content.decode()  # type: ignore[attr-defined]
    text = re.sub(r'name="(csrfmiddlewaretoken|ticket)" value="[^"]*"', "", text)
    return re.sub(r"[2-9A-Z]{8}", "NUMBER", text)


def test_the_code_opens_the_page_for_two_hours(
    client: Client, asked: Consultation, monday: time_machine.Traveller
) -> None:
    ask_for_code(client, asked.reference, EMAIL.upper())
    assert deferred() == [asked.pk]

    opened = try_code(client, asked.reference, code_for(asked))

    assert opened.headers["Location"] == door(asked.reference)  # type: ignore[attr-defined]
    assert asked.text in client.get(door(asked.reference)).content.decode()
    monday.shift(timedelta(hours=2, minutes=1))
    assert asked.text not in client.get(door(asked.reference)).content.decode()


def test_one_code_opens_one_page_alone(client: Client, asked: Consultation) -> None:
    other = ConsultationFactory(contact__email=EMAIL)
    try_code(client, asked.reference, code_for(asked))

    assert other.text not in client.get(door(other.reference)).content.decode()
    assert try_code(client, other.reference, code_for(asked)).status_code == 422  # type: ignore[attr-defined]


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_number_that_is_not_there_looks_like_one_that_is(
    client: Client, asked: Consultation, citizen: User, signed_in: bool
) -> None:
    if signed_in:
        client.force_login(citizen)

    there, not_there = client.get(door(asked.reference)), client.get(door(UNKNOWN))

    assert there.status_code == not_there.status_code == 200
    assert plain(there) == plain(not_there)
    assert asked.subject not in there.content.decode()
    assert not Reading.objects.exists()


def test_every_address_gets_the_same_answer_and_one_mail_leaves(client: Client, asked: Consultation) -> None:
    tried = [(asked.reference, EMAIL), (asked.reference, "other@example.jp"), (UNKNOWN, EMAIL)]

    answers = [ask_for_code(client, *one) for one in tried]

    assert {answer.status_code for answer in answers} == {302}  # type: ignore[attr-defined]
    pages = [client.get(answer.headers["Location"]) for answer in answers]  # type: ignore[attr-defined]
    assert len({plain(page) for page in pages}) == 1
    assert deferred() == [asked.pk, 0, 0]


def test_every_address_costs_as_many_queries(asked: Consultation) -> None:
    counts = set()
    for reference, email in ((asked.reference, EMAIL), (asked.reference, "x@example.jp"), (UNKNOWN, EMAIL)):
        with CaptureQueriesContext(connection) as queries:
            ask_for_code(Client(), reference, email)
        counts.add(len(queries))

    assert len(counts) == 1


@pytest.mark.parametrize(
    "contact", [{"contact__email": ""}, {"contact__email": EMAIL, "contact__may_mail": False}]
)
def test_whoever_can_not_be_mailed_gets_no_code_and_the_same_answer(
    client: Client, contact: dict[str, object]
) -> None:
    asked = ConsultationFactory(channel="phone", **contact)

    answer = ask_for_code(client, asked.reference, EMAIL)
    send_page_code(consultation_id=asked.pk)

    assert answer.status_code == 302  # type: ignore[attr-defined]
    assert deferred() == [0]
    assert not PageCode.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_a_wrong_code_an_old_one_and_a_foreign_number_are_refused_alike(
    client: Client, asked: Consultation, monday: time_machine.Traveller
) -> None:
    code = code_for(asked)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    refused = [try_code(client, asked.reference, wrong), try_code(client, UNKNOWN, code)]
    monday.shift(timedelta(minutes=15, seconds=1))
    refused.append(try_code(client, asked.reference, code))

    assert {answer.status_code for answer in refused} == {422}  # type: ignore[attr-defined]
    typed = [plain(answer).replace(code, "CODE").replace(wrong, "CODE") for answer in refused]
    assert len(set(typed)) == 1


def test_a_code_is_good_once(client: Client, asked: Consultation) -> None:
    code = code_for(asked)

    assert try_code(client, asked.reference, code).status_code == 302  # type: ignore[attr-defined]
    assert try_code(Client(), asked.reference, code).status_code == 422  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "' OR 1=1"])
def test_what_is_no_code_is_asked_for_again(client: Client, typed: str) -> None:
    assert try_code(client, UNKNOWN, typed).status_code == 422  # type: ignore[attr-defined]


def test_a_code_typed_in_full_width_opens(client: Client, asked: Consultation) -> None:
    code = code_for(asked).translate({ord("0") + n: ord("０") + n for n in range(10)})

    assert try_code(client, asked.reference, f" {code[:3]} {code[3:]} ").status_code == 302  # type: ignore[attr-defined]


def test_the_database_keeps_no_code_and_staff_see_none(asked: Consultation) -> None:
    code = code_for(asked)

    assert code not in PageCode.objects.get().code_hash
    assert page_codes.hash_of(code, asked) == PageCode.objects.get().code_hash
    assert OutgoingMail.objects.get().is_private


def test_looking_at_the_door_changes_nothing(client: Client, asked: Consultation) -> None:
    """Programs that follow links in mails use nothing up."""
    client.get(door(asked.reference) + "?sent=1")

    assert client.get(reverse("consultation_code", args=[asked.reference])).status_code == 302
    assert client.get(reverse("consultation_open", args=[asked.reference])).status_code == 302
    assert not PageCode.objects.exists()


def test_the_number_is_taken_as_people_type_it(client: Client, asked: Consultation) -> None:
    reference = asked.reference
    typed = f"{reference[:4]}-{reference[4:]}".lower()

    found = client.get(reverse("consult_find"), {"reference": typed})

    assert found["Location"] == door(reference)
    assert client.get(door(reference.lower()))["Location"] == door(reference)
    assert client.get(reverse("consult_find"), {"reference": "12"}).status_code == 422
    assert client.get("/consult/abc/").status_code == 404


def test_the_page_closes_on_this_device(client: Client, asked: Consultation) -> None:
    try_code(client, asked.reference, code_for(asked))

    client.post(reverse("consultation_close", args=[asked.reference]))

    assert asked.text not in client.get(door(asked.reference)).content.decode()


def test_staff_who_follow_a_link_land_on_their_own_page(
    client: Client, asked: Consultation, coordinator: User
) -> None:
    client.force_login(coordinator)

    target = reverse("admin:consultations_consultation_change", args=[asked.pk])
    assert client.get(door(asked.reference))["Location"] == target
    assert client.get(door(UNKNOWN)).status_code == 200


def test_a_code_sent_to_an_address_that_was_set_right_opens_nothing(
    client: Client, coordinator: User, asked: Consultation
) -> None:
    code = code_for(asked)
    right = ContactDetails(name="相談 花子", email="right@example.jp")
    asked.refresh_from_db()
    editing.edit_contact(consultation=asked, version=asked.version, contact=right, by=coordinator)

    assert try_code(client, asked.reference, code).status_code == 422  # type: ignore[attr-defined]


@pytest.mark.parametrize(("email", "status"), [("right@example.jp", 403), (EMAIL.upper(), 302)])
def test_a_page_that_the_wrong_mailbox_has_opened_closes_with_it(
    email: str, status: int, client: Client, coordinator: User, asked: Consultation
) -> None:
    try_code(client, asked.reference, code_for(asked))
    contact = ContactDetails(name="相談 花子", email=email)
    asked.refresh_from_db()
    editing.edit_contact(consultation=asked, version=asked.version, contact=contact, by=coordinator)

    written = client.post(reverse("consultation_write", args=[asked.reference]), {"text": "続きです。"})

    assert written.status_code == status
    assert ("子ども食堂を始めたい" in client.get(door(asked.reference)).content.decode()) == (status == 302)


def test_a_code_stays_good_while_the_address_stays(
    client: Client, coordinator: User, asked: Consultation
) -> None:
    code = code_for(asked)
    same = ContactDetails(name="相談 華子", email=EMAIL)
    asked.refresh_from_db()
    editing.edit_contact(consultation=asked, version=asked.version, contact=same, by=coordinator)

    assert try_code(client, asked.reference, code).status_code == 302  # type: ignore[attr-defined]


def test_whoever_signs_in_from_a_refused_door_comes_back_to_the_page(client: Client) -> None:
    page = ask_for_code(client, UNKNOWN, "no address").content.decode()  # type: ignore[attr-defined]

    assert f'?next={door(UNKNOWN)}"' in page
