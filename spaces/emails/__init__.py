"""Mails about bookings; each is written to the outbox in the transaction of the change it tells of."""

from spaces.emails.bookings import (
    booking_approved,
    booking_cancelled,
    booking_changed,
    booking_confirmed,
    booking_cut_short,
    booking_declined,
    booking_reminder,
    booking_requested,
    closure_lifted,
)
from spaces.emails.lottery import lottery_entered, lottery_results
from spaces.emails.series import series_booked, series_cancelled
from spaces.emails.waiting import place_freed

__all__ = [
    "booking_approved",
    "booking_cancelled",
    "booking_changed",
    "booking_confirmed",
    "booking_cut_short",
    "booking_declined",
    "booking_reminder",
    "booking_requested",
    "closure_lifted",
    "lottery_entered",
    "lottery_results",
    "place_freed",
    "series_booked",
    "series_cancelled",
]
