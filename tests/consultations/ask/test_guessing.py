"""Six digits: nobody guesses them, and nobody who knows a number keeps the person from their own page."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions import page_codes
from consultations.models import Consultation, PageCode
from consultations.tasks.people import send_page_code
from consultations.views import person
from kyodo.mail.models import OutgoingMail
from tests.factories.consultations import ConsultationFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
EMAIL = "hanako@example.jp"
UNKNOWN = "ZZZZ2222"


@pytest.fixture
def asked() -> Consultation:
    return ConsultationFactory(contact__email=EMAIL)


def visitor(number: int = 0) -> Client:
    return Client(REMOTE_ADDR=f"192.0.2.{number}")


def ask(client: Client, reference: str, email: str = EMAIL) -> tuple[int, str]:
    """The answer, and the ticket of the page that follows."""
    answer = client.post(reverse("consultation_code", args=[reference]), {"email": email})
    query = parse_qs(urlsplit(answer.headers.get("Location", "")).query)
    return answer.status_code, query.get("sent", [""])[0]


def mailed(asked: Consultation, ticket: str = "") -> str:
    """What the worker does; the code in the mail."""
    send_page_code(
        consultation_id=asked.pk, ticket=page_codes.ticket_hash(ticket, asked.reference) if ticket else ""
    )
    body = OutgoingMail.objects.filter(kind="consultations/page_code").latest("pk").body
    found = re.search(r"^\d{6}$", body, re.MULTILINE)
    assert found
    return found[0]


def open_with(client: Client, reference: str, code: str, ticket: str = "") -> int:
    address = reverse("consultation_open", args=[reference])
    return client.post(address, {"code": code, "ticket": ticket}).status_code


def other_than(*codes: str) -> str:
    return next(one for one in (f"{number:06}" for number in range(9)) if one not in codes)


def test_the_job_carries_the_hash_of_the_pages_ticket(asked: Consultation) -> None:
    _status, ticket = ask(visitor(), asked.reference)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'ticket' FROM procrastinate_jobs WHERE task_name = %s", [send_page_code.name]
        )
        carried = [row[0] for row in cursor.fetchall()]

    assert carried == [page_codes.ticket_hash(ticket, asked.reference)]
    assert f'name="ticket" value="{ticket}"' in (
        visitor().get(reverse("consultation", args=[asked.reference]), {"sent": ticket}).content.decode()
    )


def test_a_stranger_who_tries_codes_uses_up_none_of_the_persons(asked: Consultation) -> None:
    code = mailed(asked, "mine")
    for number in range(30):
        assert open_with(visitor(number), asked.reference, other_than(code), f"forged{number}") == 422
    # Nor does the right one open from elsewhere any longer: else all those tries would have been worth something.
    assert open_with(visitor(99), asked.reference, code) == 422

    assert open_with(visitor(), asked.reference, code, "mine") == 302


def test_the_right_code_opens_nothing_after_five_wrong_ones_and_a_fresh_one_does(asked: Consultation) -> None:
    code, client = mailed(asked, "first"), visitor()
    for _ in range(page_codes.TRIES):
        open_with(client, asked.reference, other_than(code), "first")

    assert open_with(client, asked.reference, code, "first") == 422
    assert PageCode.objects.get().used_at is None
    fresh = mailed(asked, "second")
    assert open_with(client, asked.reference, fresh, "second") == 302


def test_another_device_without_the_ticket_has_three_tries(asked: Consultation) -> None:
    code = mailed(asked, "mine")
    for _ in range(page_codes.STRAY_TRIES - 1):
        open_with(visitor(), asked.reference, other_than(code))

    assert open_with(visitor(), asked.reference, code) == 302


def test_whoever_asks_for_another_code_takes_nobodys_away(asked: Consultation) -> None:
    mine = mailed(asked, "mine")
    mailed(asked, "theirs")

    assert open_with(visitor(1), asked.reference, mine, "theirs") == 422
    assert open_with(visitor(), asked.reference, mine, "mine") == 302


@pytest.mark.parametrize("is_there", [True, False])
def test_codes_are_counted_by_number_and_visitor(asked: Consultation, is_there: bool) -> None:
    reference = asked.reference if is_there else UNKNOWN

    answers = [ask(visitor(1), reference)[0] for _ in range(person.CODES_A_QUARTER + 1)]

    assert answers == [302] * person.CODES_A_QUARTER + [429]
    assert ask(visitor(2), reference)[0] == 302


def test_mails_of_one_consultation_end_and_the_answer_stays_the_same(
    asked: Consultation, monday: time_machine.Traveller
) -> None:
    for _ in range(page_codes.CODES_A_QUARTER + 1):
        send_page_code(consultation_id=asked.pk)
    in_a_quarter = OutgoingMail.objects.count()
    for _ in range(20):
        monday.shift(timedelta(minutes=16))
        send_page_code(consultation_id=asked.pk)

    assert in_a_quarter == page_codes.CODES_A_QUARTER
    assert OutgoingMail.objects.count() == page_codes.CODES_A_DAY
    assert ask(visitor(), asked.reference)[0] == 302


def test_one_visitor_alone_never_uses_up_what_a_consultation_mails() -> None:
    assert person.CODES_A_QUARTER < page_codes.CODES_A_QUARTER
    assert person.CODES_A_DAY < page_codes.CODES_A_DAY


def test_a_wrong_try_costs_as_many_queries_for_every_number(asked: Consultation) -> None:
    code = mailed(asked, "mine")
    counts = []
    for reference, ticket in (
        (asked.reference, "mine"),
        (asked.reference, ""),
        (UNKNOWN, "mine"),
        (UNKNOWN, ""),
    ):
        with CaptureQueriesContext(connection) as queries:
            open_with(visitor(), reference, other_than(code), ticket)
        counts.append(len(queries))

    assert len(set(counts)) == 1
