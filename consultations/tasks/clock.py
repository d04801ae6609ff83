"""The working-day clock: referrals that nobody answered, deadlines, and what is forgotten at night."""

import logging

from django.core.exceptions import ValidationError
from procrastinate.contrib.django import app

from consultations.actions import escalation, housekeeping, referrals
from consultations.queries import overdue

logger = logging.getLogger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(name="consultations.expire_referrals", queueing_lock="consultations.expire_referrals")
def expire_referrals(timestamp: int) -> None:
    """Each on its own: one that can't be ended now keeps no other waiting."""
    for referral in overdue.silent_referrals():
        try:
            referrals.expire(referral=referral)
        except ValidationError as refusal:
            logger.warning("Referral %s waits for the next tick: %s", referral.pk, refusal.error_list[0].code)


# 9:35 in Tokyo; the worker counts in UTC.
@app.periodic(cron="35 0 * * *")
@app.task(name="consultations.watch_deadlines", queueing_lock="consultations.watch_deadlines")
def watch_deadlines(timestamp: int) -> None:
    """A morning's work: deadlines leave days that were closed meanwhile, then offices hear of what is overdue."""
    escalation.move_off_closed_days()
    escalation.tell_managers()
    escalation.tell_ward_centres()


# 4:20 in Tokyo.
@app.periodic(cron="20 19 * * *")
@app.task(name="consultations.clean_up", queueing_lock="consultations.clean_up")
def clean_up(timestamp: int) -> None:
    housekeeping.forget_codes()
    housekeeping.forget_presence()
