from django.test import Client

from accounts.models import User
from tests.factories.spaces import yokohama_spaces


def test_staff_see_each_component_once(client: Client, reception: User) -> None:
    yokohama_spaces()
    client.force_login(reception)

    page = client.get("/style/").content.decode()

    for part in (
        "notice warning",
        "badge good",
        "state free",
        "steps",
        "timeline",
        "receipt",
        "to-cards",
        "facts",
    ):
        assert part in page, part


def test_others_are_told_that_the_page_is_not_theirs(client: Client, citizen: User) -> None:
    client.force_login(citizen)

    assert client.get("/style/").status_code == 403
