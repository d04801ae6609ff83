"""Counting for a whole list gives what counting for one gives."""

from datetime import date, datetime, timedelta

import pytest

from consultations.rules import deadlines
from kyodo import clock
from kyodo.centre.hours import Calendar
from tests.factories.centre import new_year


@pytest.mark.parametrize("hour", [8, 10, 17, 20, 23])
def test_a_list_counts_as_one_does(hour: int) -> None:
    new_year()
    today = date(2027, 1, 8)
    days = deadlines.WorkingDays(Calendar(date(2026, 12, 20), today))

    for back in range(20):
        came = datetime(2027, 1, 8, hour, tzinfo=clock.TOKYO) - timedelta(days=back)
        now = datetime(2027, 1, 8, 23, 59, tzinfo=clock.TOKYO)
        assert days.since(came, today) == deadlines.days_between(came, now), came
