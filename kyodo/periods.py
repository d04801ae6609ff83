"""A stretch of whole days that figures are asked for: a fiscal year, one of its months, or from one day to another."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from kyodo import clock, dates


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    @classmethod
    def of_fiscal_year(cls, year: int) -> "Period":
        return cls(date(year, clock.FISCAL_YEAR_BEGINS, 1), clock.fiscal_year_end(year))

    @classmethod
    def of_month(cls, fiscal_year: int, month: int) -> "Period":
        """A month of that fiscal year: January to March lie in the calendar year after it."""
        first = date(fiscal_year + (month < clock.FISCAL_YEAR_BEGINS), month, 1)
        return cls(first, clock.months_later(first, 1) - timedelta(days=1))

    def __str__(self) -> str:
        year = clock.fiscal_year(self.first)
        if self == Period.of_fiscal_year(year):
            return dates.fiscal_year(year)
        if self == Period.of_month(year, self.first.month):
            return _("%(year)d年%(month)d月") % {"year": self.first.year, "month": self.first.month}
        return f"{dates.day(self.first)}-{dates.day(self.last)}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_running(self) -> bool:
        """Begun and not over: its figures go as far as today."""
        return self.first <= clock.today() < self.last

    def until_today(self) -> "Period | None":
        """What of it has been; None where all of it lies ahead."""
        today = clock.today()
        return None if self.first > today else Period(self.first, min(self.last, today))

    def a_year_before(self) -> "Period":
        """The same days of the year before; to the end of February where this one goes to its end."""
        after_last = clock.months_later(self.last + timedelta(days=1), -12)
        return Period(clock.months_later(self.first, -12), after_last - timedelta(days=1))
