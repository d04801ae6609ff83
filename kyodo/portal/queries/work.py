"""The first screen of staff: the day in the house, the consultations, and what waits for somebody's word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min

from accounts.models import Application, User
from consultations.queries import inbox
from consultations.queries.inbox import Tab
from consultations.rules import rights
from kyodo import clock
from kyodo.centre.models import Closure
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking
from spaces.queries.day import DaySheet, day_sheet

COMING_DAYS = 14
REQUESTS_SHOWN = 10


@dataclass(frozen=True)
class Queue:
    """Applications in one state: how many, and since when the oldest waits."""

    status: str
    label: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True)
class Work:
    sheet: DaySheet
    queues: Sequence[Queue]
    """Applications that wait for the centre."""
    sent_back: Queue
    """Applications that wait for the group."""
    requests: Sequence[Booking]
    """Bookings that wait for approval; wins to be claimed are the groups' own affair."""
    failed_mails: int
    closures: Sequence[Closure]
    consultations: Sequence[tuple[Tab, int]]
    """How many lie in each tab of the inbox; the tabs in which none lies are left out."""
    queued_mails: int
    """Mails that nobody has placed in a consultation yet."""
    sees_report: bool
    sees_network: bool


def todays_work(user: User) -> Work:
    today = clock.today()
    *queues, sent_back = _queues()
    return Work(
        sheet=day_sheet(today),
        queues=queues,
        sent_back=sent_back,
        requests=list(
            Booking.objects.upcoming()
            .filter(status=Booking.Status.REQUESTED, claim_until__isnull=True)
            .select_related("space", "group")
            .defer("group__search")[:REQUESTS_SHOWN]
        ),
        failed_mails=OutgoingMail.objects.visible_to(user).failed().count(),
        closures=list(
            Closure.objects.overlapping(today, today + timedelta(days=COMING_DAYS)).order_by("first_day")
        ),
        consultations=[(tab, count) for tab, count in inbox.counts(user).items() if count],
        queued_mails=inbox.queued_mails(user),
        sees_report=rights.can_see_report(user),
        sees_network=rights.can_see_oversight(user),
    )


def _queues() -> list[Queue]:
    shown = (Application.Status.SUBMITTED, Application.Status.HEARING, Application.Status.RETURNED)
    rows = (
        Application.objects.filter(status__in=shown)
        .order_by()
        .values("status")
        .annotate(count=Count("pk"), oldest=Min("submitted_at"))
    )
    found = {row["status"]: row for row in rows}
    return [
        Queue(
            status,
            str(status.label),
            found[status]["count"] if status in found else 0,
            found[status]["oldest"] if status in found else None,
        )
        for status in shown
    ]
