"""Mails about bookings; each is written to the outbox in the transaction of the change it tells of."""

from accounts.models import User
from spaces.models import Booking


def booking_confirmed(booking: Booking) -> None: ...


def booking_requested(booking: Booking) -> None: ...


def booking_approved(booking: Booking) -> None: ...


def booking_declined(booking: Booking) -> None: ...


def booking_changed(booking: Booking) -> None: ...


def booking_cancelled(booking: Booking, by: User | None) -> None: ...


def win_to_claim(booking: Booking) -> None: ...
