"""Someone stands at the counter and wants a place now: booked and checked in by one step of the receptionist."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from spaces.actions import attendance, bookings
from spaces.models import Booking, Space
from spaces.rules import rights


def begins_now(space: Space) -> datetime:
    """A walk-in at 13:10 uses the place from 13:00."""
    return attendance.running_step(space.policy)


def book_walk_in(
    *,
    space: Space,
    group: Group,
    ends_at: datetime,
    people: int,
    purpose: str,
    by: User,
    use: str = "",
    supported_by: str = "",
    overrides: Mapping[str, str] = bookings.NO_OVERRIDES,
) -> Booking:
    """All limits hold but that of lying ahead. Raises what book_space raises."""
    if not rights.can_run_the_day(by):
        raise PermissionDenied
    with transaction.atomic():
        booking = bookings.book_space(
            space=space,
            group=group,
            begins_at=begins_now(space),
            ends_at=ends_at,
            people=people,
            purpose=purpose,
            by=by,
            use=use,
            supported_by=supported_by,
            channel=Booking.Channel.WALK_IN,
            overrides={"past": _("当日の来館"), **overrides},
            once=True,
        )
        # The button was pressed twice: the group came once.
        if booking.status == Booking.Status.USED:
            return booking
        return attendance.check_in(booking=booking, by=by)
