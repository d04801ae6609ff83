"""Reminders before a registration ends: 60, 30 and 7 days ahead, once each."""

from datetime import timedelta

from django.db import transaction

from accounts.actions.locking import lock_group
from accounts.emails import applications as emails
from accounts.models import Application, ExpiryReminder, Group
from accounts.rules import applications as rules
from accounts.rules import validity
from kyodo import clock


def send_due_reminders() -> int:
    """Remind every group whose day has come; how many were. Each on its own, so that none keeps others waiting."""
    today = clock.today()
    last = today + timedelta(days=max(validity.REMINDER_DAYS))
    ending = Group.objects.filter(status=Group.Status.ACTIVE, valid_until__range=(today, last)).order_by("pk")
    return sum(remind_of_expiry(group=group) for group in ending.iterator(200))


def remind_of_expiry(*, group: Group) -> bool:
    """Remind this group if a reminder is due and none went yet. The row is the record, the lock the queue."""
    with transaction.atomic():
        group = lock_group(group)
        days = validity.due_reminder(group.valid_until, clock.today())
        if days is None or group.status != Group.Status.ACTIVE or _is_renewing(group):
            return False
        reminder, is_new = ExpiryReminder.objects.get_or_create(
            group=group, valid_until=group.valid_until, days=days
        )
        if is_new:
            emails.remind_of_expiry(reminder)
    return is_new


def _is_renewing(group: Group) -> bool:
    """Its renewal lies with the staff: nothing to remind of."""
    return Application.objects.filter(
        group=group, type=Application.Type.RENEWAL, status__in=rules.WAITING
    ).exists()
