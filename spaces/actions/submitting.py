"""A booking form sent twice, by a double press or a reload, makes one booking."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Group, User
from spaces.actions.bookings import NO_OVERRIDES, book_space
from spaces.actions.locking import lock_groups
from spaces.models import Booking, Space
from spaces.queries import bookings as queries
from spaces.rules import rights


def book_space_once(
    *,
    space: Space,
    group: Group,
    begins_at: datetime,
    ends_at: datetime,
    people: int,
    purpose: str,
    by: User,
    use: str = Booking.Use.MEETING,
    overrides: Mapping[str, str] = NO_OVERRIDES,
) -> Booking:
    """As book_space, but answers with the booking already there when the same person asks for the same again.

    Looked up under the group's lock: of two presses at once, the second one finds what the first has made. A free
    table beside it would otherwise let 協働ラボ be booked twice.
    """
    if not rights.may_book_for(by, group):
        raise PermissionDenied
    with transaction.atomic():
        lock_groups([group.pk])
        made = queries.same_booking(space=space, group=group, begins_at=begins_at, ends_at=ends_at, by=by)
        if made is not None:
            return made
        return book_space(
            space=space,
            group=group,
            begins_at=begins_at,
            ends_at=ends_at,
            people=people,
            purpose=purpose,
            by=by,
            use=use,
            overrides=overrides,
        )
