"""The read log (閲覧の記録): one row for every visit, export and file in which somebody saw a consultation.

Written by the view that shows it; a list that shows no more than a line of each writes none. Pages that the same reader
turns within half an hour are one visit: who has read it stands out, not how often a form came back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import User
from consultations.models import Consultation, Reading
from kyodo import clock
from kyodo.statements import Statement

What = Reading.What
Reader = Reading.Reader
VISIT = timedelta(minutes=30)


def record_reading(
    *, consultation: Consultation, what: str, by: User | None = None, reader: str = Reader.ACCOUNT
) -> None:
    """Who is signed in reads by name (`by`); the person by their code and a partner by their link without one. A file is
    written down each time: what leaves the house is counted."""
    if by and what == What.PAGE and _is_still_there(consultation, by):
        return
    Reading.objects.create(consultation=consultation, what=what, by=by, reader=reader)


def _is_still_there(consultation: Consultation, by: User) -> bool:
    """Asked of accounts alone: of those without a name nobody can say that they are the same."""
    return bool(_page_readings.first(consultation.pk, by.pk, clock.now() - VISIT))


@Statement
def _page_readings(consultation: int, by: int, since: datetime) -> QuerySet[Reading, int]:
    same = Reading.objects.filter(consultation=consultation, by=by, what=What.PAGE, at__gt=since)
    return same.order_by().values_list("pk", flat=True)[:1]


def record_export(*, consultations: Iterable[int], by: User) -> None:
    """One row for each consultation (by key) that left in a file."""
    rows = (
        Reading(consultation_id=pk, what=What.EXPORT, by=by, reader=Reader.ACCOUNT) for pk in consultations
    )
    Reading.objects.bulk_create(rows, batch_size=1000)
