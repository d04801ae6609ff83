from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from accounts.models import User
from kyodo import clock, ratelimit
from kyodo.models import Attempts
from tests.racing import race


@ratelimit.limit("test", times=2, seconds=60)
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


def ask(
    method: str = "POST", user: User | None = None, address: str = "192.0.2.1", forwarded: str = ""
) -> int:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = RequestFactory().generic(method, "/", REMOTE_ADDR=address, headers=headers)
    request.user = user or AnonymousUser()
    return form(request).status_code


@pytest.mark.django_db
def test_one_too_many_is_refused_and_told_when_to_come_back() -> None:
    assert [ask() for _ in range(3)] == [200, 200, 429]


@pytest.mark.django_db
def test_reading_does_not_count() -> None:
    assert [ask("GET") for _ in range(5)] == [200] * 5


@pytest.mark.django_db
def test_each_address_and_each_person_counts_alone(citizen: User, member: User) -> None:
    assert [ask() for _ in range(2)] == [200, 200]

    assert ask(address="192.0.2.2") == 200
    assert [ask(user=citizen) for _ in range(3)] == [200, 200, 429]
    assert ask(user=member) == 200


@pytest.mark.django_db
def test_a_new_window_begins_when_the_old_one_is_over() -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        first = [ask() for _ in range(3)]
        traveller.shift(timedelta(seconds=61))
        later = ask()

    assert (first, later) == ([200, 200, 429], 200)


@pytest.mark.django_db
def test_addresses_are_kept_as_hashes_only_and_not_for_long() -> None:
    ask(address="192.0.2.77")

    assert "192.0.2.77" not in Attempts.objects.get().key
    Attempts.objects.update(ends_at=clock.now() - timedelta(seconds=1))
    assert ratelimit.forget_old() == 1


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "192.0.2.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "192.0.2.1"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "no address", "192.0.2.1"),
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "[2001:db8:1:2::9]:51234", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "", "192.0.2.1"),
    ],
)
def test_the_visitor_is_who_a_trusted_proxy_saw(
    proxies: int, forwarded: str, expected: str, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"X-Forwarded-For": forwarded})

    assert ratelimit.visitor(request) == expected


@pytest.mark.django_db
def test_no_header_gives_a_visitor_a_new_limit_where_no_proxy_is_trusted(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0

    assert [ask(forwarded=f"203.0.113.{number}") for number in range(3)] == [200, 200, 429]


@pytest.mark.django_db
def test_behind_a_proxy_what_the_visitor_sent_himself_gives_no_new_limit(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1

    assert [ask(forwarded=f"203.0.113.{number}, 198.51.100.7") for number in range(3)] == [200, 200, 429]
    assert ask(forwarded="198.51.100.8") == 200


@pytest.mark.django_db
def test_what_allauth_counted_goes_when_it_is_over() -> None:
    cache.set("counting", 1, timeout=300)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kyodo_cache VALUES ('over', '', %s)", [clock.now() - timedelta(minutes=1)]
        )

    ratelimit.forget_old()

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM kyodo_cache")
        assert cursor.fetchall() == [(":1:counting",)]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_twelve_at_once_exactly_as_many_as_allowed_pass() -> None:
    for number in range(10):
        passed: list[bool] = []
        attempt = partial(try_once, passed, number)

        outcome = race(*[attempt] * 12)

        assert not outcome.broke
        assert sum(passed) == 5


def try_once(passed: list[bool], number: int) -> None:
    passed.append(ratelimit.allow("race", number, times=5, seconds=60))
