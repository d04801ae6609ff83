"""Mails about one booking, each with its calendar entry."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.queries import recipients
from kyodo import dates
from kyodo.centre.queries import current_centre
from kyodo.mail.actions import Attachment, queue_template
from spaces import calendar
from spaces.emails import staff
from spaces.models import Booking
from spaces.queries.prefill import Prefill


def booking_confirmed(booking: Booking) -> None:
    _tell(booking, "booking_confirmed")


def booking_requested(booking: Booking) -> None:
    """To the group, and to the centre's own address, where there is one: somebody has to say yes or no."""
    _tell(booking, "booking_requested")
    staff.approval_asked(booking, when(booking.begins_at))
    address = current_centre().email
    if address:
        queue_template(
            to=address,
            kind="spaces/request_for_centre",
            context={
                "booking": booking,
                "when": when(booking.begins_at),
                "admin_url": page("admin:spaces_booking_change", booking.pk),
            },
            about_label=str(booking),
            about_url=booking.get_absolute_url(),
        )


def booking_approved(booking: Booking) -> None:
    _tell(booking, "booking_approved")


def booking_declined(booking: Booking) -> None:
    _tell(booking, "booking_declined")


def booking_changed(booking: Booking, by: User) -> None:
    """A change by staff also reaches those in charge of the group: the person who booked may be away."""
    _tell(booking, "booking_changed", also_in_charge=by.is_staff, by=by)
    if booking.status == Booking.Status.REQUESTED:
        staff.approval_asked(booking, when(booking.begins_at), by=by)


def booking_cancelled(booking: Booking, by: User | None) -> None:
    """By the group, by staff with their reason, or by the system (None) when a win was not claimed. It says who did it and
    reaches those in charge of the group, whoever booked."""
    if by is None:
        _tell(booking, "booking_lapsed", also_in_charge=True)
    else:
        _tell(booking, "booking_cancelled", also_in_charge=True, by=by)
        staff.cancelled([booking], when(booking.begins_at), by)


def booking_cut_short(booking: Booking, reason: str) -> None:
    """The centre closes before its time is over."""
    _tell(booking, "booking_cut_short", also_contact=True, closed_because=reason)


def closure_lifted(booking: Booking) -> None:
    """What was cancelled can be booked again, all of it filled in."""
    book_url = settings.BASE_URL + Prefill.of(booking).url("space_book", booking.space)
    _tell(booking, "closure_lifted", also_contact=True, attach=False, book_url=book_url)


def booking_reminder(booking: Booking) -> None:
    """The day before. The link leads to a page: nothing is cancelled by opening it."""
    _tell(booking, "booking_reminder", attach=False, key=f"booking-reminder:{booking.pk}:{booking.version}")


def when(moment: datetime) -> str:
    """11月20日（金）13:00, as subjects say it."""
    return f"{dates.short_day(moment)}{dates.clock_time(moment)}"


def page(name: str, *args: object) -> str:
    return settings.BASE_URL + reverse(name, args=args)


def ics(bookings: list[Booking], addresses: list[str]) -> Attachment:
    content = calendar.mailed(bookings, current_centre(), attendees=addresses)
    method = calendar.mailed_method(bookings)
    return Attachment(calendar.FILENAME, content, f"text/calendar; charset=utf-8; method={method}")


def _tell(
    booking: Booking,
    template: str,
    *,
    also_in_charge: bool = False,
    attach: bool = True,
    key: str = "",
    **context: Any,
) -> None:
    for recipient in recipients.of_group(booking.group, booking.booked_by, also_in_charge=also_in_charge):
        queue_template(
            to=recipient.address,
            kind=f"spaces/{template}",
            key=f"{key}:{recipient.address.lower()}" if key else None,
            context={
                "booking": booking,
                "name": recipient.name,
                "when": when(booking.begins_at),
                "booking_url": page("booking", booking.reference),
                "cancel_url": page("booking_cancel", booking.reference),
                "space_url": page("space", booking.space.slug),
                **context,
            },
            attachments=[ics([booking], [recipient.address])] if attach else [],
            about_label=str(booking),
            about_url=booking.get_absolute_url(),
        )
