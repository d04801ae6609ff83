"""Addresses and forms nobody fills in by hand: a plain refusal, never an error of ours."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from accounts.models import User
from kyodo import numbers
from spaces.views.holds import agreed
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.spaces import yokohama_spaces

pytestmark = pytest.mark.django_db

LONGER_THAN_PYTHON_READS = "9" * 5000
LARGER_THAN_A_COLUMN = "9" * 19
OTHER_DIGITS = "٣²"
NAMES = (
    "action agreed begins cancelling clubs count criterion date days decide ends field first_day group group_name "
    "groups kind last_date last_day month number object_id p page people pk q rank role round rows scope series space "
    "status token units use valid version view ward ward_centre when width year"
)
SIGNS_OUT = "accounts/logout/"


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


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("007", 7),
        (str(numbers.LARGEST), numbers.LARGEST),
        (str(numbers.LARGEST + 1), None),
        (LONGER_THAN_PYTHON_READS, None),
        ("٣", None),
        ("²", None),
        ("１", None),
        ("-1", None),
        ("1.0", None),
        (" 1", None),
        ("", None),
    ],
)
def test_a_number_is_plain_digits_that_a_column_can_hold(text: str, number: int | None) -> None:
    assert numbers.typed(text) == number


@pytest.mark.parametrize("odd", [LONGER_THAN_PYTHON_READS, LARGER_THAN_A_COLUMN, OTHER_DIGITS])
def test_no_address_breaks_over_what_stands_in_it(client: Client, manager: User, odd: str) -> None:
    _open_centre(client, manager)
    broken = [route for route in routes() if client.get("/" + _filled(route, odd)).status_code == 500]

    assert broken == []


@pytest.mark.parametrize("odd", [LONGER_THAN_PYTHON_READS, OTHER_DIGITS, "<b>'\""])
def test_no_page_breaks_over_what_is_asked(client: Client, manager: User, odd: str) -> None:
    _open_centre(client, manager)
    asked = dict.fromkeys(NAMES.split(), odd)
    plain = [route for route in routes() if "<" not in route]
    broken = [route for route in plain if client.get(f"/{route}", asked).status_code == 500]

    assert len(plain) > 40
    assert broken == []


@pytest.mark.parametrize("odd", [LONGER_THAN_PYTHON_READS, LARGER_THAN_A_COLUMN, "\0"])
def test_no_form_breaks_over_what_is_sent(client: Client, manager: User, odd: str) -> None:
    _open_centre(client, manager)
    sent = dict.fromkeys(NAMES.split(), odd)
    broken = [
        route
        for route in routes()
        if client.post("/" + _filled(route, "space-a"), {**sent, "confirm": "1"}).status_code == 500
    ]

    assert broken == []


def test_only_numbers_that_may_be_bookings_are_agreed_to() -> None:
    assert agreed(["7", LONGER_THAN_PYTHON_READS, LARGER_THAN_A_COLUMN, OTHER_DIGITS, "", "x"]) == {7}


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the site and the admin as it stands in the URLconf."""
    for one in (resolver or get_resolver()).url_patterns:
        route = before + (one.pattern._route if isinstance(one.pattern, RoutePattern) else "")
        if isinstance(one, URLResolver):
            yield from routes(one, route)
        elif isinstance(one, URLPattern) and isinstance(one.pattern, RoutePattern) and route != SIGNS_OUT:
            yield route


def _filled(route: str, value: str) -> str:
    """The value where text may stand; where only digits can, it or a one."""
    while "<" in route:
        before, _, rest = route.partition("<")
        kind, _, after = rest.partition(">")
        digits_only = kind.startswith("int:") and not (value.isascii() and value.isdigit())
        route = before + ("1" if digits_only else value) + after
    return route


def _open_centre(client: Client, by: User) -> None:
    CentreFactory()
    usual_week()
    yokohama_spaces()
    client.force_login(by)
