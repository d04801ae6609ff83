"""The managers' list of what became overdue: references and days, no names and no words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from consultations.models import Consultation
from consultations.rules.deadlines import WorkingDays
from kyodo import clock
from kyodo.centre.hours import Calendar
from kyodo.mail.actions import queue_template
from kyodo.mail.models import OutgoingMail

KIND = "consultations/overdue"


@dataclass(frozen=True)
class Line:
    reference: str
    due_at: datetime
    days: int


def tell_manager(manager: User, overdue: Sequence[Consultation], at: datetime) -> OutgoingMail:
    """The longest overdue first, as they were asked for."""
    today = clock.local(at).date()
    due = [(one.reference, one.due_at) for one in overdue if one.due_at is not None]
    first = min(clock.local(moment).date() for _reference, moment in due)
    working = WorkingDays(Calendar(first, today))
    lines = [
        Line(reference, moment, working.after(clock.local(moment).date(), today)) for reference, moment in due
    ]
    inbox = settings.BASE_URL + reverse("admin:consultations_inbox") + "?tab=overdue"
    return queue_template(
        to=manager.email,
        kind=KIND,
        context={"lines": lines, "url": inbox},
        key=f"overdue:{manager.pk}:{today:%Y-%m-%d}",
    )
