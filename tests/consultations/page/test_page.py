"""The page of one consultation: what it shows, to whom, and what reading it leaves behind."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.models import Consultation, Reading
from tests.counting import query_count
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, EntryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def page(consultation: Consultation) -> str:
    return reverse("admin:consultations_consultation_change", args=[consultation.pk])


def test_the_page_shows_everything_to_the_office_in_hand(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    EntryFactory(consultation=consultation, text="区の担当に電話した。")
    client.force_login(coordinator)

    html = client.get(page(consultation)).content.decode()

    for words in ("子ども食堂を始めたい", "自宅の近くで", "区の担当に電話した。", "相談 花子", "045-123-4567"):
        assert words in html


def test_reading_the_page_is_written_down_once(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    client.get(page(consultation))

    reading = Reading.objects.get()
    assert (reading.consultation, reading.by, reading.what) == (consultation, coordinator, "page")


def test_the_page_asks_the_same_however_long_the_story(client: Client, manager: User) -> None:
    short, long = ConsultationFactory(), ConsultationFactory()
    EntryFactory(consultation=short)
    for _one in range(3):
        EntryFactory(consultation=long)
    client.force_login(manager)

    assert query_count(client, page(short)) == query_count(client, page(long)) <= 20
