"""When a booking is brought to mind: the day before, in the morning."""

from datetime import date, datetime, time, timedelta

from kyodo import clock

REMIND_AT = time(10)


def due_on(day: date) -> datetime:
    """When the bookings of a day are brought to mind."""
    return clock.at(day - timedelta(days=1), REMIND_AT)


def told_at(begins_at: datetime, now: datetime) -> datetime | None:
    """After a change: the mail about the change itself does for a reminder that would be due already."""
    return now if due_on(clock.local(begins_at).date()) <= now else None
