"""Friday 20 November 2026, nine in the morning: the centre is open as usual and あおば has its people."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from django.db import connection

from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.models import LotteryRound, Space
from tests.factories.centre import usual_week
from tests.factories.spaces import LotteryRoundFactory, yokohama_spaces

FRIDAY = date(2026, 11, 20)
LOTTERY_DAY = date(2027, 1, 16)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return clock.at(day, time(hour, minute))


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at(FRIDAY, 9), tick=False) as traveller:
        yield traveller


@pytest.fixture
def spaces(now: time_machine.Traveller, db: None) -> dict[str, Space]:
    usual_week()
    return yokohama_spaces()


@pytest.fixture
def space(spaces: dict[str, Space]) -> Space:
    return spaces["space-a"]


@pytest.fixture
def lottery(space: Space) -> LotteryRound:
    """Takes entries for 14 to 20 January; draws on 1 December at 10, claims until the 8th."""
    return LotteryRoundFactory(
        space=space,
        name="1月の抽選",
        first_date=date(2027, 1, 14),
        last_date=date(2027, 1, 20),
        entries_from=at(date(2026, 11, 15), 9),
        entries_until=at(date(2026, 11, 30), 20),
        draw_at=at(date(2026, 12, 1), 10),
        claim_until=at(date(2026, 12, 8), 20),
    )


def mails_to(address: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(to=address).order_by("pk"))


def kinds() -> list[str]:
    return list(OutgoingMail.objects.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def in_another_connection() -> Callable[[Callable[[], Any]], Any]:
    """Run something in a thread of its own and give back what it returned."""

    def run(what: Callable[[], Any]) -> Any:
        def work() -> Any:
            try:
                return what()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(work).result(timeout=30)

    return run
