"""The working-day clock (期限): until when the office must act. A working day is one on which the centre is open.

Source: the centre's promise to answer first within two working days and to take the next step within seven.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import takewhile

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kyodo import clock
from kyodo.centre.hours import Calendar

FIRST_ANSWER_DAYS = 2
NEXT_STEP_DAYS = 7
# The longest closure we count over: a renovation.
REACH = timedelta(days=120)


def check_follow_up(day: date | None, before: date | None = None) -> None:
    """A day to ask how things went lies ahead. The one that stands already may have come: it is not asked again."""
    if day is not None and day != before and day < clock.today():
        raise ValidationError(_("今日か、これからの日を選んでください。"), code="past")


def due_after(moment: datetime, days: int) -> datetime:
    """The close of the last of so many working days after the one on which it came.

    What comes after closing time, or on a day the centre is closed, came on the next working day.
    """
    first = clock.local(moment).date()
    calendar = Calendar(first, first + REACH)
    working = _working_days(calendar, _came_on(calendar, moment))
    last = next(working, None)
    for _day in range(days):
        last = next(working, last)
    return closing(calendar, last) if last else clock.day_ends(calendar.last)


def end_of(day: date) -> datetime:
    """The last minute of a day, so that whoever reads "until the 3rd" has the 3rd."""
    return clock.day_ends(day) - timedelta(minutes=1)


def days_until(due: datetime, moment: datetime) -> int:
    """Working days left from a moment to a deadline; 0 on its last day and after.

    Counted from the day that the moment counts for, as `due_after` does: whoever stops the clock late in the evening or
    on a closed day, and lets it go on at once, changes nothing.
    """
    first, last = clock.local(moment).date(), clock.local(due).date()
    if last <= first:
        return 0
    calendar = Calendar(first, last + REACH)
    came = _came_on(calendar, moment)
    end = next(_working_days(calendar, last), last)
    left = takewhile(lambda day: day <= end, _working_days(calendar, came + timedelta(days=1)))
    return sum(1 for _day in left)


def on_working_day(due: datetime, calendar: Calendar) -> datetime:
    """The deadline, or the close of the next working day where its own was closed after it was set (臨時休館)."""
    day = clock.local(due).date()
    if day not in calendar or _is_working_day(calendar, day):
        return due
    following = next(_working_days(calendar, day), None)
    return closing(calendar, following) if following else due


def days_between(came: datetime, answered: datetime) -> int:
    """Working days from the one on which it came to the answer; 0 is the same day."""
    first, last = clock.local(came).date(), clock.local(answered).date()
    calendar = Calendar(first, max(first, last) + timedelta(days=7))
    came_on = _came_on(calendar, came)
    return sum(came_on < day <= last for day in _working_days(calendar, first))


class WorkingDays:
    """Counts working days for a whole list out of one calendar; what lies before it counts from its first day."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._days = [day for day in calendar if _is_working_day(calendar, day)]

    def after(self, first: date, last: date) -> int:
        """How many lie after the first day, up to and with the last."""
        return max(0, bisect_right(self._days, last) - bisect_right(self._days, first))

    def since(self, came: datetime, day: date) -> int:
        """As days_between, up to a day."""
        came = clock.local(came)
        first = max(came.date(), self.calendar.first)
        if first == came.date() and _is_late(self.calendar, came):
            first += timedelta(days=1)
        # The day on which it came, as the first working day from there on, is not counted itself.
        return max(0, bisect_right(self._days, day) - bisect_left(self._days, first) - 1)


def closing(calendar: Calendar, day: date) -> datetime:
    return clock.at(day, calendar[day].open_periods[-1].closes)


def _came_on(calendar: Calendar, moment: datetime) -> date:
    """The day that a moment counts for, as the first from which working days are looked for."""
    moment = clock.local(moment)
    day = moment.date()
    following = _working_days(calendar, day + timedelta(days=1) if _is_late(calendar, moment) else day)
    return next(following, day)


def _is_late(calendar: Calendar, moment: datetime) -> bool:
    """After closing time of a working day."""
    day = moment.date()
    return _is_working_day(calendar, day) and moment >= closing(calendar, day)


def _working_days(calendar: Calendar, first: date) -> Iterator[date]:
    return (day for day in calendar if day >= first and _is_working_day(calendar, day))


def _is_working_day(calendar: Calendar, day: date) -> bool:
    return calendar[day].is_open
