"""Whom a closure cost their place."""

from collections.abc import Collection

from kyodo import clock
from spaces.models import Booking
from spaces.models.bookings import BookingQuerySet


def cancelled_ahead(closures: Collection[int]) -> BookingQuerySet:
    """Bookings cancelled for these closures whose time is still to come: lifted, they could be booked again."""
    found: BookingQuerySet = (
        Booking.objects.filter(cancelled_for__in=closures, begins_at__gt=clock.now())
        .select_related("space__policy", "group", "booked_by")
        .defer("group__search")
        .order_by("begins_at", "pk")
    )
    return found
