from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from consultations.models import Consultation
from consultations.queries.inbox import Tab
from kyodo import clock
from tests.factories.centre import CentreFactory, usual_week

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=clock.TOKYO)
"""A Wednesday; Monday the 23rd is a holiday, on which the centre is open."""
INBOX = "/admin/consultations/consultation/inbox/"
LOG = "/admin/consultations/consultation/log/"
LIST = "/admin/consultations/consultation/"

Lines = Callable[[User, Tab], list[Consultation]]


@pytest.fixture(autouse=True)
def _wednesday(db: None) -> Iterator[None]:
    CentreFactory()
    usual_week()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator, backend="accounts.backends.AccountBackend")
    return client


def lines(client: Client, tab: Tab | str, **more: Any) -> list[Consultation]:
    """The consultations in a tab, as its page shows them."""
    response = client.get(INBOX, {"tab": str(tab), **more})
    assert response.status_code == 200
    return [row.consultation for row in response.context["inbox"].rows]


def counts(client: Client) -> dict[str, int]:
    response = client.get(INBOX)
    return {str(line.tab): line.count for line in response.context["inbox"].tabs}
