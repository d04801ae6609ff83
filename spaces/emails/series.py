"""Mails about a series: one mail, one calendar file with all its dates."""

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from accounts.queries import recipients
from kyodo.mail.actions import queue_template
from spaces.emails import staff
from spaces.emails.bookings import ics, page, when
from spaces.models import Booking, BookingSeries


def series_booked(series: BookingSeries) -> None:
    bookings = list(series.bookings.select_related("space", "group", "booked_by"))
    _tell(series, bookings, "series_booked")
    waiting = [booking for booking in bookings if booking.status == Booking.Status.REQUESTED]
    if waiting:
        staff.approval_asked(waiting[0], when(waiting[0].begins_at))


def series_cancelled(series: BookingSeries, bookings: Iterable[Booking], by: User) -> None:
    """Those of its bookings that were cancelled together: the rest, or all. As for one: who did it, to those in charge."""
    cancelled = list(bookings)
    _tell(series, cancelled, "series_cancelled", also_in_charge=True, by=by)
    if cancelled:
        staff.cancelled(cancelled, when(cancelled[0].begins_at), by)


def _tell(
    series: BookingSeries,
    bookings: list[Booking],
    template: str,
    *,
    also_in_charge: bool = False,
    **context: Any,
) -> None:
    if not bookings:
        return
    for recipient in recipients.of_group(series.group, series.created_by, also_in_charge=also_in_charge):
        queue_template(
            to=recipient.address,
            kind=f"spaces/{template}",
            context={
                "series": series,
                "bookings": bookings,
                "first": bookings[0],
                "name": recipient.name,
                "when": when(bookings[0].begins_at),
                "waits": any(booking.status == Booking.Status.REQUESTED for booking in bookings),
                "feed_url": page("group_calendar", series.group.number),
                "series_url": page("series", series.pk),
                **context,
            },
            attachments=[ics(bookings, [recipient.address])],
            about_label=str(series),
        )
