"""Who else of a ward centre has a consultation open: told on its pages, written by the page's own sign of life alone."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from consultations.actions import referrals
from consultations.models import Consultation, Presence, Reading, Referral
from kyodo import clock
from tests.counting import query_count
from tests.factories.accounts import UserFactory
from tests.factories.consultations import LockOutFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(ward_officer: User) -> User:
    return UserFactory(name="同じ区の 職員", role=User.Role.WARD, ward_centre=ward_officer.ward_centre)


def of(consultation: Consultation, page: str = "") -> str:
    return f"/ward/consultations/{consultation.reference}/" + (f"{page}/" if page else "")


def test_a_colleague_is_told_who_looks_and_who_writes_and_forgets_after_a_minute(
    client: Client, ward_officer: User, colleague: User, own: Consultation
) -> None:
    other = Client()
    other.force_login(colleague)
    client.force_login(ward_officer)
    begun = clock.now()

    with time_machine.travel(begun, tick=False):
        other.post(of(own, "presence"), {"writing": "0"})
        for page in ("", "reply", "note"):
            assert "同じ区の 職員さんが" in client.get(of(own, page)).content.decode()
        other.post(of(own, "presence"), {"writing": "1"})
        answer = client.post(of(own, "presence"), {"writing": "0"}).content.decode()
        assert "書いています" in answer
    with time_machine.travel(begun + timedelta(seconds=61), tick=False):
        assert "同じ区の 職員さんが" not in client.get(of(own)).content.decode()


def test_looking_alone_writes_nothing_and_leaving_takes_it_away(
    client: Client, ward_officer: User, own: Consultation
) -> None:
    client.force_login(ward_officer)

    client.get(of(own))
    assert not Presence.objects.exists()
    readings = Reading.objects.count()
    client.post(of(own, "presence"), {"writing": "0"})
    assert Presence.objects.get().user == ward_officer
    assert Reading.objects.count() == readings
    assert client.post(of(own, "presence"), {"leaves": "1"}).status_code == 204
    assert not Presence.objects.exists()


def test_nobody_says_to_be_where_they_may_not_read(
    client: Client, ward_officer: User, colleague: User, own: Consultation, asked: Referral
) -> None:
    """Of another office, kept out by name, or with no more than a summary."""
    LockOutFactory(consultation=own, user=colleague)
    for user, consultation in (
        (UserFactory(ward_officer=True), own),
        (colleague, own),
        (ward_officer, asked.consultation),
    ):
        client.force_login(user)
        assert client.post(of(consultation, "presence"), {"writing": "0"}).status_code == 404
    assert not Presence.objects.exists()


def test_whoever_only_reads_along_is_not_counted(client: Client, ward_officer: User, asked: Referral) -> None:
    referrals.accept(referral=asked, by=ward_officer)
    client.force_login(ward_officer)

    assert 'data-presence=""' in client.get(of(asked.consultation)).content.decode()


def test_it_asks_as_much_for_three_as_for_one(
    client: Client, ward_officer: User, colleague: User, own: Consultation
) -> None:
    client.force_login(ward_officer)
    Presence.objects.create(consultation=own, user=colleague)
    one = query_count(client, of(own))
    for user in UserFactory.create_batch(2, role=User.Role.WARD, ward_centre=ward_officer.ward_centre):
        Presence.objects.create(consultation=own, user=user)

    assert query_count(client, of(own)) == one
