"""The only place that asks for now and today. Japan keeps one time zone, Asia/Tokyo, without summer time."""

import calendar
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

TOKYO = ZoneInfo("Asia/Tokyo")
FISCAL_YEAR_BEGINS = 4
FIRST_YEAR, LAST_YEAR = 2000, 2200
"""What our calendars reach: beyond, a window or a midnight could fall off the end of all dates."""


def now() -> datetime:
    return timezone.now().astimezone(TOKYO)


def today() -> date:
    return now().date()


def at(day: date, clock: time) -> datetime:
    """That wall-clock time in Tokyo on that day."""
    return datetime.combine(day, clock, tzinfo=TOKYO)


def local(moment: datetime) -> datetime:
    return moment.astimezone(TOKYO)


def fiscal_year(day: date) -> int:
    """The Japanese fiscal year (年度) a day lies in: April to March, named after its April."""
    return day.year if day.month >= FISCAL_YEAR_BEGINS else day.year - 1


def fiscal_year_end(year: int) -> date:
    return date(year + 1, 3, 31)


def months_later(day: date, months: int) -> date:
    """The same date so many months later (or before, when negative), or the month's last day where it has no such date."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def day_begins(day: date) -> datetime:
    return at(day, time(0))


def day_ends(day: date) -> datetime:
    """Midnight after that day."""
    return at(day + timedelta(days=1), time(0))
