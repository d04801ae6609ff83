"""How long applications have waited, in days on which the centre is open (開館日)."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from kyodo import clock
from kyodo.centre.hours import opening_days

DAYS_BACK = 180
"""Nothing waits longer; what does is counted as this old."""


def open_days() -> Sequence[date]:
    """The open days of the last half year up to today, oldest first."""
    today = clock.today()
    days = opening_days(today - timedelta(days=DAYS_BACK), today)
    return [day for day, hours in days.items() if hours.is_open]


def age_in_days(moment: datetime, days: Sequence[date]) -> int:
    """How many open days lie after the day of that moment, today included."""
    return len(days) - bisect_right(days, clock.local(moment).date())


def submitted_before(age: int, days: Sequence[date]) -> datetime | None:
    """What was handed in before this moment is at least so many open days old; None: nothing can be that old."""
    return clock.day_begins(days[-age]) if 0 < age <= len(days) else None
