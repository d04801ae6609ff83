"""Reminders (お知らせ) of bookings: once each, never after the booking has begun."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from kyodo import clock
from spaces import emails
from spaces.models import Booking
from spaces.models.bookings import BookingQuerySet
from spaces.rules import reminders as rules

BATCH = 100


# After a longer silence of the worker nobody asks any more who was not reminded.
LOOK_BACK_DAYS = 7


def send_due_reminders() -> int:
    """Remind of every booking whose hour has come. Returns how many."""
    sent = 0
    while batch := _remind_some():
        sent += batch
    return sent


def note_missed_reminders() -> int:
    """Bookings that began before their reminder could leave: told apart, so that staff see that nobody was told."""
    now = clock.now()
    days = [clock.today() - timedelta(days=back) for back in range(LOOK_BACK_DAYS)]
    came = [Booking.Status.CONFIRMED, Booking.Status.USED, Booking.Status.NO_SHOW]
    missed = _to_be_reminded(days).filter(status__in=came, begins_at__lte=now)
    return missed.update(reminder_missed_at=now)


def _remind_some() -> int:
    """A batch in one transaction. Rows that another worker has in hand are skipped, those it has done are gone."""
    now = clock.now()
    days = [day for day in (clock.today(), clock.today() + timedelta(days=1)) if rules.due_on(day) <= now]
    with transaction.atomic():
        bookings = list(
            _to_be_reminded(days)
            .filter(status=Booking.Status.CONFIRMED, begins_at__gt=now)
            .select_related("space", "group", "booked_by")
            .order_by("begins_at", "pk")
            .select_for_update(of=("self",), no_key=True, skip_locked=True)[:BATCH]
        )
        for booking in bookings:
            booking.reminded_at = now
            booking.save(update_fields=["reminded_at"])
            emails.booking_reminder(booking)
    return len(bookings)


def _to_be_reminded(days: Iterable[date]) -> BookingQuerySet:
    """Of these days; not those whose own mail (booked, approved) came when the reminder would have been due."""
    of_days = Q(pk__in=[])
    for day in days:
        due = rules.due_on(day)
        told_before = Q(booked_at__lt=due) & (Q(decided_at__isnull=True) | Q(decided_at__lt=due))
        of_days |= told_before & Q(begins_at__gte=clock.day_begins(day), begins_at__lt=clock.day_ends(day))
    return Booking.objects.filter(of_days, reminded_at__isnull=True, reminder_missed_at__isnull=True)
