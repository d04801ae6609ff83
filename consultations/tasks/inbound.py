"""Mail that comes in: fetched, read again where that was cut off, and emptied after a time."""

from datetime import timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from consultations.actions.inbound import fetching, purging, receiving
from kyodo import clock


# One at a time: two would fetch the same mails, which is harmless, and twice the work.
@app.periodic(cron="* * * * *")
@app.task(
    name="consultations.fetch_mail",
    queueing_lock="consultations.fetch_mail",
    lock="consultations.fetch_mail",
)
def fetch_mail(timestamp: int) -> None:
    receiving.read_again()
    fetching.take_from_directory()
    fetching.take_from_mailbox()


# 3:50 in Tokyo; the worker counts in UTC.
@app.periodic(cron="50 18 * * *")
@app.task(name="consultations.purge_inbound", queueing_lock="consultations.purge_inbound")
def purge_inbound(timestamp: int) -> None:
    purging.purge(before=clock.now() - timedelta(days=settings.INBOUND_DAYS))
