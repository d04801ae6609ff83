"""National holidays of Japan (国民の祝日), substitutes and days between holidays included."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from holidays.countries.japan import Japan


@cache
def _of_year(year: int) -> Mapping[date, str]:
    # The library knows 1949 to 2099: beyond that the law doesn't tell yet on which day the equinoxes fall.
    return dict(Japan(years=year, expand=False, language="ja").items())


def holiday_name(day: date) -> str:
    """The holiday's Japanese name, or nothing on a common day."""
    return _of_year(day.year).get(day, "")
