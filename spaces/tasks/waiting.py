from collections.abc import Collection
from datetime import datetime


def tell_waiting_later(*, unit_ids: Collection[int], begins_at: datetime, ends_at: datetime) -> None:
    """After this transaction, tell those who wait for a time that these units let go."""
