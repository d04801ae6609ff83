"""The read log (閲覧の記録): one row for every page, export and file in which somebody saw a consultation.

Written by the view that shows it, once a response; a list that shows no more than a line of each writes none.
"""

from collections.abc import Iterable

from accounts.models import User
from consultations.models import Consultation, Reading

What = Reading.What
Reader = Reading.Reader


def record_reading(
    *, consultation: Consultation, what: str, by: User | None = None, reader: str = Reader.ACCOUNT
) -> Reading:
    """Who is signed in reads by name (`by`); the person by their code and a partner by their link without one."""
    return Reading.objects.create(consultation=consultation, what=what, by=by, reader=reader)


def record_export(*, consultations: Iterable[int], by: User) -> None:
    """One row for each consultation (by key) that left in a file."""
    rows = (
        Reading(consultation_id=pk, what=What.EXPORT, by=by, reader=Reader.ACCOUNT) for pk in consultations
    )
    Reading.objects.bulk_create(rows, batch_size=1000)
