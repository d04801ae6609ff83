"""Free times that come back: every week, every second week, every second or fourth Tuesday of a month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kyodo import clock
from kyodo.centre.hours import Calendar

Stretch = tuple[datetime, datetime]
WEEK = 7
MOST_MONTHS = 6


class Pattern(TextChoices):
    WEEKLY = "weekly", _("毎週")
    FORTNIGHTLY = "fortnightly", _("2週に1回")
    FIRST = "1", _("毎月第1")
    SECOND = "2", _("毎月第2")
    THIRD = "3", _("毎月第3")
    FOURTH = "4", _("毎月第4")


@dataclass(frozen=True)
class Planned:
    """One day of the pattern; `why_not` says why there is none on it."""

    begins_at: datetime
    ends_at: datetime
    why_not: str = ""

    @property
    def key(self) -> str:
        return f"{self.begins_at:%Y-%m-%d}"


def plan(pattern: str, weekday: int, begins: time, ends: time, first: date, months: int) -> list[Planned]:
    """Every day of the pattern from the first on, closed days told as such."""
    last = clock.months_later(first, months) - timedelta(days=1)
    calendar = Calendar(first, last)
    found = []
    for day in _days(pattern, weekday, first, last):
        hours = calendar[day]
        if not hours.is_open:
            why_not = hours.reason or _t("休館日です。")
        elif not hours.is_open_throughout(begins, ends):
            why_not = _t("開館時間の外です。")
        else:
            why_not = ""
        found.append(Planned(clock.at(day, begins), clock.at(day, ends), why_not))
    return found


def _days(pattern: str, weekday: int, first: date, last: date) -> Iterator[date]:
    day = first + timedelta(days=(weekday - first.weekday()) % WEEK)
    step = 2 * WEEK if pattern == Pattern.FORTNIGHTLY else WEEK
    while day <= last:
        if pattern in (Pattern.WEEKLY, Pattern.FORTNIGHTLY) or _nth(day) == int(pattern):
            yield day
        day += timedelta(days=step)


def _nth(day: date) -> int:
    """1 for the first Tuesday of its month, 2 for the second."""
    return (day.day - 1) // WEEK + 1
