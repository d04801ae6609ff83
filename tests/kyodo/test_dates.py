"""Dates as people read them here."""

from datetime import date, datetime

import pytest
from django.template import Context, Template

from kyodo import clock, dates

BEGINS = datetime(2026, 11, 20, 13, tzinfo=clock.TOKYO)


def render(text: str, **context: object) -> str:
    return Template("{% load kyodo %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ d|day }}", "2026年11月20日（金）"),
        ('{{ d|date:"DATE_FORMAT" }}', "2026年11月20日（金）"),
        ("{{ d|short_day }}", "11月20日（金）"),
        ("{{ d|moment }}", "2026年11月20日（金） 13:00"),
        ("{{ d|period:e }}", "2026年11月20日（金） 13:00-15:00"),
        ("{{ d|period:next }}", "2026年11月20日（金） 13:00-11月21日（土） 9:30"),
        ("{{ d|fiscal_year }}", "2026年度（令和8年度）"),
        ("{{ none|day }}{{ none|short_day }}{{ none|moment }}{{ none|period:e }}{{ none|fiscal_year }}", ""),
    ],
)
def test_templates_write_dates_in_full(text: str, expected: str) -> None:
    page = render(
        text, d=BEGINS, e=BEGINS.replace(hour=15), next=BEGINS.replace(day=21, hour=9, minute=30), none=None
    )

    assert page == expected


def test_moment_in_another_zone_is_told_in_tokyo_time() -> None:
    midnight = datetime.fromisoformat("2026-11-19T15:30+00:00")

    assert dates.day(midnight) == "2026年11月20日（金）"
    assert dates.period(midnight, midnight) == "2026年11月20日（金） 0:30-0:30"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2026, "2026年度（令和8年度）"),
        (date(2027, 3, 31), "2026年度（令和8年度）"),
        (date(2027, 4, 1), "2027年度（令和9年度）"),
        (2019, "2019年度（令和元年度）"),
        (2018, "2018年度（平成30年度）"),
        (1989, "1989年度（平成元年度）"),
        (1988, "1988年度（昭和63年度）"),
        (1900, "1900年度"),
    ],
)
def test_fiscal_years_are_told_in_both_counts(value: date | int, expected: str) -> None:
    assert dates.fiscal_year(value) == expected
