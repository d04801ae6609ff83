import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from kyodo.history import HistoryMiddleware


@pytest.mark.parametrize("place", ["answer", "survey", "invitations"])
def test_the_history_keeps_no_address_that_is_a_key(rf: RequestFactory, place: str) -> None:
    found = HistoryMiddleware(HttpResponse).get_context(rf.post(f"/{place}/aSecretToken/"))

    assert found == {"user": None, "url": f"/{place}/…/"}


def test_other_pages_are_named(rf: RequestFactory) -> None:
    assert HistoryMiddleware(HttpResponse).get_context(rf.post("/my/profile/"))["url"] == "/my/profile/"
