"""On which days a series (くり返し予約) falls: pure arithmetic of the calendar."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import takewhile

from spaces.models import BookingSeries

MOST_DATES = 26
"""Half a year of weeks: what a person can still look through on one page."""

DAYS_IN_WEEK = 7


def dates(pattern: str, first: date, *, until: date | None = None, count: int = MOST_DATES) -> list[date]:
    """The days from the first on, at most `count` (never more than MOST_DATES), none after `until`."""
    days = (
        _days(pattern, first) if until is None else takewhile(lambda day: day <= until, _days(pattern, first))
    )
    return [day for day, _ in zip(days, range(min(count, MOST_DATES)), strict=False)]


def goes_past_most(pattern: str, first: date, until: date) -> bool:
    """More days than a series may have lie before `until`."""
    found = dates(pattern, first, count=MOST_DATES)
    following = next(day for day in _days(pattern, first) if day > found[-1])
    return following <= until


def nth_of_month(day: date) -> int:
    """The 20th is the third of its weekday in the month."""
    return (day.day - 1) // DAYS_IN_WEEK + 1


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date | None:
    """The nth Monday, Tuesday ... of a month; None in a month without a fifth."""
    first = date(year, month, 1)
    day = first + timedelta(days=(weekday - first.weekday()) % DAYS_IN_WEEK + (nth - 1) * DAYS_IN_WEEK)
    return day if day.month == month else None


def _days(pattern: str, first: date) -> Iterator[date]:
    if pattern == BookingSeries.Pattern.MONTHLY:
        return _monthly(first)
    weeks = 2 if pattern == BookingSeries.Pattern.FORTNIGHTLY else 1
    return _every(first, timedelta(weeks=weeks))


def _every(day: date, step: timedelta) -> Iterator[date]:
    while True:
        yield day
        day += step


def _monthly(first: date) -> Iterator[date]:
    """A month without a fifth weekday is left out."""
    nth, year, month = nth_of_month(first), first.year, first.month
    while True:
        if day := nth_weekday(year, month, nth, first.weekday()):
            yield day
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
