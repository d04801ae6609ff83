from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from kyodo import clock
from kyodo.centre.models import OpeningHours, OpeningTime
from spaces.models import Space
from tests.factories.spaces import yokohama_spaces

TODAY = date(2026, 11, 20)  # a Friday
NOW = datetime(2026, 11, 20, 13, 10, tzinfo=clock.TOKYO)


@pytest.fixture(autouse=True)
def friday_after_lunch() -> Iterator[time_machine.Traveller]:
    """13:10 on a Friday on which the centre is open from 9:00 to 20:00."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def open_every_day(db: None) -> None:
    layer = OpeningHours.objects.create(name="通常")
    OpeningTime.objects.create(layer=layer, day=OpeningTime.Day.EVERY_DAY, opens="09:00", closes="20:00")


@pytest.fixture
def spaces(db: None) -> dict[str, Space]:
    return yokohama_spaces()


@pytest.fixture
def sign_in(client: Client) -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def desk(client: Client, reception: User) -> Client:
    """The browser of reception."""
    client.force_login(reception)
    return client
