"""What people at the centre are told of bookings; each chooses how (accounts.notices)."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.actions.notices import tell
from accounts.models import User
from accounts.notices import Kind
from spaces import notices
from spaces.models import Booking


def approval_asked(booking: Booking, when: str, by: User | None = None) -> None:
    """Asked for, or asked for anew by a change; of a series its first."""
    words = _("【承認待ち】%(space)s %(when)s %(group)s")
    _tell(booking, when, words, kind=notices.EVENT_REQUEST, by=by or booking.booked_by)


def cancelled(bookings: Sequence[Booking], when: str, by: User) -> None:
    """Together, by one press. Not what staff cancel: they know."""
    if by.is_staff:
        return
    words = _("【予約取消】%(space)s %(when)s %(group)s")
    if len(bookings) > 1:
        words = _("【予約取消】%(space)s %(when)sから%(count)s回 %(group)s")
    _tell(bookings[0], when, words, kind=notices.BOOKING_CANCELLED, by=by, count=len(bookings))


def _tell(booking: Booking, when: str, words: str, *, kind: Kind, by: User, count: int = 1) -> None:
    address = reverse("admin:spaces_booking_change", args=[booking.pk])
    values = {"space": booking.space.name, "when": when, "group": booking.group.name, "count": count}
    tell(kind=kind, people=User.objects.all(), line=words % values, path=lambda _person: address, by=by)
