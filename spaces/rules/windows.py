"""When booking opens for a day of use (受付開始). Source: the centre's published rules.

「2か月前の同じ日」 falls back to the month's last day when there is no such date; a first day on which the centre is
closed moves to its next open day.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from kyodo import clock
from kyodo.centre import hours
from kyodo.centre.hours import DayHours
from spaces.models import BookingPolicy

# Days fetched along to look past closed ones; New Year is six. A longer closure costs another query, no more.
DAYS_ALONG = 14


def first_booking_day(policy: BookingPolicy, day: date) -> date:
    """The calendar day the window opens on for that day of use, open or not."""
    kind = policy.window_kind
    if kind == BookingPolicy.WindowKind.MONTHS:
        return clock.months_later(day, -policy.window_amount)
    if kind == BookingPolicy.WindowKind.WEEKS:
        return day - timedelta(weeks=policy.window_amount)
    return day - timedelta(days=policy.window_amount)


def days_that_matter(policy: BookingPolicy, days: Iterable[date]) -> tuple[date, date]:
    """First and last day whose opening decides when the windows of these days open."""
    nominal = [first_booking_day(policy, day) for day in days]
    return min(nominal), max(nominal) + timedelta(days=DAYS_ALONG)


def window_openings(
    policy: BookingPolicy, days: Iterable[date], calendar_days: Mapping[date, DayHours]
) -> dict[date, datetime]:
    """For each day of use the moment its window opens; `calendar_days` cover the days that matter."""
    return {
        # Never later than the day of use itself.
        day: clock.at(
            min(hours.next_open_day(first_booking_day(policy, day), calendar_days), day),
            policy.window_opens_at,
        )
        for day in days
    }
