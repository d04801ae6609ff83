import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from kyodo.memo import MemoMiddleware, once_a_request


def answers() -> list[int]:
    """What a request sees that asks twice, and what two requests and none see."""
    count = iter(range(100))
    ask = once_a_request(lambda: next(count))
    seen: list[int] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.extend([ask(), ask()])
        return HttpResponse()

    served = MemoMiddleware(view)
    served(RequestFactory().get("/"))
    served(RequestFactory().get("/"))
    return [*seen, ask(), ask()]


def test_it_is_read_once_a_request_and_never_kept_for_the_next() -> None:
    assert answers() == [0, 0, 1, 1, 2, 3]


@pytest.mark.django_db
def test_a_page_reads_the_opening_hours_once(client: Client) -> None:
    client.get("/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/")

    assert sum('FROM "centre_openingtime"' in query["sql"] for query in queries) == 1
