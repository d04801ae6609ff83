"""Pages for what went wrong say what to do next, and whom to call."""

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.db import connection
from django.test import Client, RequestFactory

from accounts.models import User
from kyodo.portal import errors
from tests.factories.centre import CentreFactory


@pytest.fixture(autouse=True)
def _centre_with_a_phone(db: None) -> None:
    CentreFactory()


def test_a_missing_page_offers_search_and_the_phone(client: Client) -> None:
    response = client.get("/there-is-no-such-page/")
    page = response.content.decode()

    assert response.status_code == 404
    assert 'role="search"' in page
    assert "045-671-4732" in page


def test_a_forbidden_page_says_who_may_open_it_and_as_whom_one_is_signed_in(
    client: Client, citizen: User
) -> None:
    client.force_login(citizen)

    response = client.get("/style/")

    assert response.status_code == 403
    assert "団体の代表の方から招待を受けると開けます" in response.content.decode()
    assert "市民 一郎 としてログインしています" in response.content.decode()


def test_a_form_without_its_ticket_asks_to_send_again() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "a@example.jp"})

    assert response.status_code == 403
    assert "もう一度送ってください" in response.content.decode()


def test_what_was_typed_is_sent_again_and_our_own_stamp_is_not_shown_for_words() -> None:
    stamp = signing.TimestampSigner(salt="a form").sign("")

    page = Client(enforce_csrf_checks=True).post(
        "/consult/", {"began": stamp, "text": "花壇の相談"}, headers={"origin": "http://testserver"}
    )

    form = BeautifulSoup(page.text, "html.parser").select_one("form[data-once]")
    assert form is not None
    assert [field["name"] for field in form.find_all("textarea")] == ["text"]
    hidden = form.select_one("[name=began]")
    assert hidden is not None
    assert (hidden["type"], hidden["value"]) == ("hidden", stamp)


def test_a_broken_request_gets_a_page_of_ours(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = AnonymousUser()

    response = errors.bad_request(request, SuspiciousOperation())

    assert response.status_code == 400
    assert "前のページに戻って" in response.content.decode()


def test_a_broken_server_gives_a_number_to_quote_and_the_phone(rf: RequestFactory) -> None:
    response = errors.server_error(rf.get("/"))

    assert response.status_code == 500
    assert "お知らせいただく番号" in response.content.decode()
    assert "045-671-4732" in response.content.decode()


@pytest.fixture
def silent_database() -> Iterator[None]:
    """Nobody answers at the database's address."""
    connection.close()
    known = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
    connection.settings_dict.update(HOST="/nowhere", PORT="")
    yield
    connection.close()
    connection.settings_dict.update(HOST=known[0], PORT=known[1])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("silent_database")
def test_the_page_of_a_broken_server_needs_no_database(rf: RequestFactory) -> None:
    response = errors.server_error(rf.get("/"))

    assert response.status_code == 500
    assert "お知らせいただく番号" in response.content.decode()
    assert "045-671-4732" in response.content.decode()
