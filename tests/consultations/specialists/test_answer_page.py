"""/answer/<token>/: opens to whoever holds the link, shows what was frozen, and changes nothing until a button is pressed."""

import pytest
from django.test import Client

from consultations.models import Reading, Referral, Specialist
from tests.consultations.specialists.conftest import EXCERPT, Ask


def test_the_page_shows_the_frozen_excerpt_and_leaves_one_reading(
    client: Client, ask: Ask, specialist: Specialist
) -> None:
    asked = ask(specialist)

    response = client.get(asked.url)

    assert response.status_code == 200
    assert EXCERPT in response.content.decode()
    reading = Reading.objects.get()
    assert (reading.reader, reading.by, reading.consultation) == (
        "partner",
        None,
        asked.referral.consultation,
    )


def test_declining_with_a_reason_closes_the_page(client: Client, ask: Ask, specialist: Specialist) -> None:
    asked = ask(specialist)

    response = client.post(asked.url, {"step": "decline", "decline-reason": "日程が合いません。"})

    assert response.status_code == 302
    asked.referral.refresh_from_db()
    assert asked.referral.status == Referral.Status.DECLINED
    assert client.get(asked.url).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 32])
def test_an_unknown_token_opens_nothing(client: Client, token: str) -> None:
    response = client.get(f"/answer/{token}/")

    assert response.status_code == 404
    assert "この回答ページは開けません" in response.content.decode()
