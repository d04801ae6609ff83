"""The ways in: from the home page, from /my/, from the page on privacy."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.models import Referral
from kyodo import clock
from tests.counting import query_count
from tests.factories.consultations import ConsultationFactory, ReferralFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_the_home_page_leads_to_the_form(client: Client) -> None:
    page = client.get(reverse("home")).content.decode()

    assert page.count(f'href="{reverse("consult")}"') >= 3


def test_what_needs_me_comes_first_and_what_is_over_is_gone(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    waiting = ConsultationFactory(person=citizen, waiting=True, subject="返事を待つ相談")
    running = ConsultationFactory(person=citizen, in_progress=True, subject="進んでいる相談")
    ConsultationFactory(person=citizen, closed=True, subject="終わった相談")
    ConsultationFactory(subject="ほかの人の相談")

    my = client.get(reverse("my")).context["my"]

    assert [entry.url for entry in my.needs] == [waiting.get_absolute_url()]
    assert [entry.url for entry in my.asked] == [running.get_absolute_url()]


def test_a_talk_that_has_its_time_is_coming(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    asked = ConsultationFactory(person=citizen, in_progress=True)
    referral = ReferralFactory(
        consultation=asked,
        kind=Referral.Kind.JOIN,
        status="accepted",
        meets_at=clock.now() + timedelta(days=1),
    )

    (entry,) = client.get(reverse("my")).context["my"].coming

    assert referral.to_name in entry.title
    assert "2026年11月17日（火） 10:00" in entry.text


def test_more_of_them_ask_no_more_queries(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    ConsultationFactory(person=citizen, in_progress=True)
    one = query_count(client, reverse("my"))
    for _ in range(2):
        ReferralFactory(consultation=ConsultationFactory(person=citizen, in_progress=True))

    assert query_count(client, reverse("my")) == one <= 20


def test_privacy_says_how_long_consultations_are_kept(client: Client) -> None:
    page = client.get(reverse("privacy")).content.decode()

    assert "相談が終わって1年で消します" in page
    assert "3年で消します" in page
