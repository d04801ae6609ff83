"""Addresses nobody types by hand: a plain refusal, never an error of ours."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    [
        "/groups/%00/",
        "/groups/?q=%00",
        "/spaces/%00/",
        "/bookings/A%00B/",
        "/groups/register/ABCDEFGH/kind%00/",
    ],
)
def test_a_nul_in_the_address_is_refused(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.parametrize(
    "address", ["/groups/?page=9" + "9" * 5000, "/spaces/?date=9999-99-99", "/groups/?ward=x"]
)
def test_a_wild_value_is_no_error_of_ours(client: Client, address: str) -> None:
    assert client.get(address).status_code in (200, 302, 400, 404)
