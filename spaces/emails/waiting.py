"""The mail that tells of a freed time, with the form filled in behind its link."""

from django.conf import settings

from accounts.queries import recipients
from kyodo.mail.actions import queue_template
from spaces.emails.bookings import page, when
from spaces.models import WaitingEntry
from spaces.queries.prefill import Prefill


def place_freed(entry: WaitingEntry) -> None:
    book_url = Prefill.of(entry).url("space_book", entry.space)
    for recipient in recipients.of_group(entry.group, entry.user):
        queue_template(
            to=recipient.address,
            kind="spaces/place_freed",
            context={
                "entry": entry,
                "name": recipient.name,
                "when": when(entry.begins_at),
                "book_url": settings.BASE_URL + book_url,
                "waiting_url": page("waiting"),
            },
            about_label=str(entry),
        )
