"""National holidays of Japan (国民の祝日), substitutes and days between holidays included."""

import sys
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import holidays

COUNTRIES = "holidays.countries"


def _calendar_of_japan() -> Any:
    """Only Japan's module: the package around it loads two hundred countries, a second in every process."""
    if COUNTRIES not in sys.modules:
        package = ModuleType(COUNTRIES)
        package.__path__ = [str(Path(holidays.__path__[0]) / "countries")]
        sys.modules[COUNTRIES] = package
    return import_module(f"{COUNTRIES}.japan").Japan


Japan = _calendar_of_japan()


@cache
def _of_year(year: int) -> Mapping[date, str]:
    # The library knows 1949 to 2099: beyond that the law doesn't tell yet on which day the equinoxes fall.
    return dict(Japan(years=year, expand=False, language="ja").items())


def holiday_name(day: date) -> str:
    """The holiday's Japanese name, or nothing on a common day."""
    return _of_year(day.year).get(day, "")
