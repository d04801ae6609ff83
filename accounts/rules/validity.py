"""How long a registration lasts (有効期限), when it may be renewed, and when its end is recalled.

A registration ends with the fiscal year, on 31 March. One that would begin inside its own renewal window, in its last
two months, lasts to the end of the next fiscal year: nobody registers in March and renews in March.
See docs/decisions/0010-validity.md.
"""

from datetime import date

from accounts.models import Group
from kyodo import clock

RENEWAL_MONTHS = 2
REMINDER_DAYS = (60, 30, 7)
REMINDER_GRACE_DAYS = 3
"""A day on which nothing ran is made up for within so many days; later the mail would tell nonsense."""


def renewal_opens_on(valid_until: date) -> date:
    return clock.months_later(valid_until, -RENEWAL_MONTHS)


def valid_until(decided_on: date) -> date:
    """The end of a registration, or a renewal, decided on that day."""
    year = clock.fiscal_year(decided_on)
    end = clock.fiscal_year_end(year)
    return clock.fiscal_year_end(year + 1) if decided_on >= renewal_opens_on(end) else end


def renewed_until(group: Group, decided_on: date) -> date:
    """A renewal never shortens what the group already has."""
    return max(group.valid_until, valid_until(decided_on))


def can_renew(group: Group, today: date) -> bool:
    """From two months before the end, and also after it: a group that forgot comes back this way."""
    return group.status != Group.Status.CLOSED and today >= renewal_opens_on(group.valid_until)


def due_reminder(until: date, today: date) -> int | None:
    """Which of the reminders (60, 30, 7 days before) is due today, or None."""
    left = (until - today).days
    return next((days for days in REMINDER_DAYS if 0 <= days - left <= REMINDER_GRACE_DAYS), None)
