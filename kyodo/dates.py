"""Dates as people read them here: 2026年11月20日（金） 13:00-15:00, 2026年度（令和8年度）."""

from datetime import date, datetime, time
from functools import lru_cache

from django.utils.formats import date_format, time_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kyodo import clock

# First fiscal year of each era, newest first. Offices count April 2019 to March 2020 as 令和元年度,
# although its first month still lay in 平成.
ERAS = ((2019, "令和"), (1989, "平成"), (1926, "昭和"))
DAYS_A_YEAR = 365


def day(value: date) -> str:
    """2026年11月20日（金）"""
    return _written(_local_day(value), "DATE_FORMAT", get_language())


def short_day(value: date) -> str:
    """11月20日（金）"""
    return _written(_local_day(value), "MONTH_DAY_FORMAT", get_language())


def moment(value: datetime) -> str:
    """2026年11月20日（金） 13:00"""
    return f"{day(value)} {clock_time(value)}"


def clock_time(value: time | datetime) -> str:
    """9:00; of a moment the time in Tokyo."""
    if isinstance(value, datetime):
        value = clock.local(value).time()
    return _time_written(value, get_language())


def hours(begins: time | datetime, ends: time | datetime) -> str:
    """9:00-11:30"""
    return f"{clock_time(begins)}-{clock_time(ends)}"


def period(begins: datetime, ends: datetime) -> str:
    """2026年11月20日（金） 13:00-15:00; the second day is named only when it is another one."""
    begins, ends = clock.local(begins), clock.local(ends)
    closing = clock_time(ends)
    if begins.date() != ends.date():
        closing = f"{short_day(ends)} {closing}"
    return f"{moment(begins)}-{closing}"


def span(days: int) -> str:
    """3年, or 400日 where it makes no whole years: how long something is kept."""
    years, rest = divmod(days, DAYS_A_YEAR)
    if years and not rest:
        return _("%(count)s年") % {"count": years}
    return _("%(count)s日") % {"count": days}


def fiscal_year(value: date | int) -> str:
    """2026年度（令和8年度）, from the year itself or from any day in it."""
    year = clock.fiscal_year(_local_day(value)) if isinstance(value, date) else value
    for first, era in ERAS:
        if year >= first:
            count = "元" if year == first else year - first + 1
            return _("%(year)s年度（%(era)s%(count)s年度）") % {"year": year, "era": era, "count": count}
    return _("%(year)s年度") % {"year": year}


@lru_cache(maxsize=4096)
def _written(day: date, format_name: str, language: str | None) -> str:
    """A calendar writes the same days again and again, and Django takes its time over each."""
    return date_format(day, format_name)


@lru_cache(maxsize=4096)
def _time_written(value: time, language: str | None) -> str:
    return time_format(value, "TIME_FORMAT")


def _local_day(value: date) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value
