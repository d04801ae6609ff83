"""The line after the one in hand, in the inbox as it was left: asked before a step takes the line away."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.models import Consultation
from consultations.queries import inbox
from consultations.queries.inbox import ORDERS, Sort, Tab
from consultations.queries.next_line import Order, next_line
from kyodo import clock
from tests.consultations.inbox.conftest import INBOX
from tests.factories.accounts import UserFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory


def address(one: Consultation, name: str = "change") -> str:
    return reverse(f"admin:consultations_consultation_{name}", args=[one.pk])


def followed(client: Client, one: Consultation) -> str:
    return str(client.get(address(one, "next")).headers["Location"])


def equal_in_part() -> Iterator[Consultation]:
    """Ties in every column of an order, and lines without a deadline."""
    now = clock.now()
    for due in (now, now, now + timedelta(days=1), None):
        for received in (now - timedelta(hours=2), now - timedelta(hours=1)):
            state = {"waiting": True} if due is None else {"in_progress": True, "due_at": due}
            yield ConsultationFactory(received_at=received, **state)


@pytest.mark.parametrize(
    "order", [*ORDERS.values(), (F("due_at").asc(nulls_last=True), "-received_at", "-pk")]
)
def test_whoever_follows_from_line_to_line_meets_each_once_and_comes_round(order: Order) -> None:
    list(equal_in_part())
    rows = Consultation.objects.all()
    listed = list(rows.order_by(*order))

    assert [next_line(rows, order, one) for one in listed] == [*listed[1:], listed[0]]


def test_the_next_one_is_that_of_the_tab_order_and_filters_that_were_left(
    staff: Client, coordinator: User
) -> None:
    now = clock.now()
    mine = [
        ConsultationFactory(
            in_progress=True, assignee=coordinator, kind=kind, due_at=now + timedelta(days=days)
        )
        for days, kind in enumerate(("run", "start", "run"), start=1)
    ]
    ConsultationFactory(in_progress=True, kind="run", due_at=now + timedelta(days=2))

    staff.get(INBOX, {"tab": "mine"})
    assert followed(staff, mine[0]) == address(mine[1])
    staff.post(INBOX, {"kind": "run"})
    assert followed(staff, mine[0]) == address(mine[2])
    staff.get(INBOX, {"sort": "oldest"})
    assert followed(staff, mine[2]) == address(mine[0])


def test_nobody_is_led_to_what_they_are_kept_out_of(staff: Client, coordinator: User) -> None:
    here, kept = ConsultationFactory(), ConsultationFactory()
    LockOutFactory(consultation=kept, user=coordinator)
    ConsultationFactory(ward_centre=UserFactory(ward_officer=True).ward_centre)

    assert followed(staff, here) == INBOX
    assert staff.get(address(kept, "next")).status_code == 404


def test_closing_leads_to_the_line_that_came_after_it(staff: Client) -> None:
    first, second, _third = (
        ConsultationFactory(in_progress=True, due_at=clock.now() + timedelta(days=days)) for days in (1, 2, 3)
    )
    staff.get(INBOX, {"tab": "all"})
    typed = {"version": first.version, "outcome": "answered", "outcome_text": "伝えた。", "next": "1"}

    response = staff.post(address(first, "close"), typed, follow=True)

    assert response.redirect_chain == [(address(second), 302)]
    assert [str(one) for one in response.context["messages"]] == [f"{first.reference}：完了にしました。"]
    first.refresh_from_db()
    assert first.status == "closed"


def test_the_next_one_is_asked_for_in_one_query_however_many_there_are(
    staff: Client, coordinator: User, django_assert_num_queries: object
) -> None:
    here = ConsultationFactory(in_progress=True)
    for _ in range(3):
        ConsultationFactory(in_progress=True)

    with django_assert_num_queries(1):  # type: ignore[operator]
        assert inbox.next_of(coordinator, Tab.ALL, Sort.DUE, {}, here)
