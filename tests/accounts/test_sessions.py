"""Who a request comes from: the session and its person, read together."""

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.backends import AccountBackend
from accounts.models import User
from accounts.sessions import SessionStore
from kyodo import clock
from tests.counting import query_count
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_a_session_is_found_until_it_ends() -> None:
    session = SessionStore()
    session["word"] = "ことば"
    session.save()

    assert SessionStore(session.session_key)["word"] == "ことば"
    assert db.SessionStore(session.session_key)["word"] == "ことば"

    Session.objects.filter(pk=session.session_key).update(expire_date=clock.now() - timedelta(seconds=1))

    ended = SessionStore(session.session_key)
    assert ended.get("word") is None
    assert ended.session_key is None


def test_who_a_session_belongs_to_is_the_whole_person(citizen: User) -> None:
    found = AccountBackend().get_user(citizen.pk)

    assert found == citizen
    assert found.__dict__.keys() == User.objects.get(pk=citizen.pk).__dict__.keys()


def test_somebody_who_may_not_enter_is_nobody(citizen: User) -> None:
    User.objects.filter(pk=citizen.pk).update(is_active=False)

    assert AccountBackend().get_user(citizen.pk) is None
    assert AccountBackend().get_user(0) is None


def test_a_signed_in_request_asks_for_session_and_person_in_one(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    assert client.get("/my/").status_code == 200

    assert query_count(client, "/healthz") == 1


def test_a_session_that_ended_lets_nobody_in(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    assert client.get("/my/").status_code == 200

    Session.objects.update(expire_date=clock.now() - timedelta(seconds=1))

    assert client.get("/my/").status_code == 302


def test_whoever_signs_in_next_in_the_same_browser_is_somebody_else(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    client.get("/my/")
    other = UserFactory()
    client.force_login(other)

    assert client.get("/my/").context["user"] == other
    assert client.get("/my/").context["user"] == other


def test_somebody_shut_out_is_out_at_the_next_press(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    client.get("/my/")
    User.objects.filter(pk=citizen.pk).update(is_active=False)

    assert client.get("/my/").status_code == 302
