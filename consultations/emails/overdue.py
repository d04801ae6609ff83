"""An office's list of what became overdue: references and days, no names and no words."""

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


@dataclass(frozen=True)
class Letter:
    """To whom it speaks, and the door it leads to."""

    kind: str
    door: str
    query: str = ""


TO_MANAGERS = Letter("consultations/overdue", "admin:consultations_inbox", "?tab=overdue")
TO_WARD_OFFICERS = Letter("consultations/overdue_ward", "ward_desk")


@dataclass(frozen=True)
class Line:
    reference: str
    due_at: datetime
    days: int


def tell(person: User, overdue: Sequence[Consultation], at: datetime, letter: Letter) -> OutgoingMail:
    """The longest overdue first, as they were asked for. For this one's eyes: another may be kept out of some."""
    today = clock.local(at).date()
    due = [(one.reference, one.due_at) for one in overdue if one.due_at is not None]
    first = min(clock.local(moment).date() for _reference, moment in due)
    working = WorkingDays(Calendar(first, today))
    lines = [
        Line(reference, moment, working.after(clock.local(moment).date(), today)) for reference, moment in due
    ]
    return queue_template(
        to=person.email,
        kind=letter.kind,
        context={"lines": lines, "url": settings.BASE_URL + reverse(letter.door) + letter.query},
        is_private=True,
        key=f"overdue:{person.pk}:{today:%Y-%m-%d}",
    )
