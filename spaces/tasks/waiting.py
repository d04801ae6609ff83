"""The job that tells those who wait."""

from collections.abc import Collection
from datetime import datetime

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

from kyodo import clock, jobs
from spaces.actions import notices


def tell_waiting_later(*, unit_ids: Collection[int], begins_at: datetime, ends_at: datetime) -> None:
    """After this transaction, tell those who wait for a time that these units let go."""
    units: list[JSONValue] = [*sorted(unit_ids)]
    jobs.defer(
        tell_waiting,
        unit_ids=units,
        begins_at=begins_at.isoformat(),
        ends_at=ends_at.isoformat(),
        freed_at=clock.now().isoformat(),
    )


@app.task(name="spaces.tell_waiting", retry=RetryStrategy(max_attempts=5, exponential_wait=4))
def tell_waiting(unit_ids: list[int], begins_at: str, ends_at: str, freed_at: str) -> None:
    notices.tell_waiting(
        unit_ids=unit_ids,
        begins_at=datetime.fromisoformat(begins_at),
        ends_at=datetime.fromisoformat(ends_at),
        freed_at=datetime.fromisoformat(freed_at),
    )
