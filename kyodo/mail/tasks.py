from datetime import timedelta

from django.conf import settings
from procrastinate.contrib.django import app

from kyodo import clock, jobs
from kyodo.mail import sending
from kyodo.mail.models import OutgoingMail

# Jobs get lost only with a damaged queue; until then the mail's own job has had its turn long ago.
OVERDUE = timedelta(minutes=2)
BATCH = 500


@app.task(name="mail.send")
def send_mail(mail_id: int) -> None:
    retry_at = sending.send(mail_id)
    if retry_at is not None:
        jobs.defer(send_mail, scheduled_at=retry_at, mail_id=mail_id)


@app.periodic(cron="* * * * *")
@app.task(name="mail.look_after", queueing_lock="mail.look_after")
def look_after_mails(timestamp: int) -> None:
    """Show what got stuck, and give a new job to what waits without one."""
    sending.flag_stuck()
    overdue = OutgoingMail.objects.due().filter(next_attempt_at__lt=clock.now() - OVERDUE)
    for mail_id in overdue.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH]:
        jobs.defer(send_mail, queueing_lock=f"mail.send:{mail_id}", mail_id=mail_id)


@app.periodic(cron="10 4 * * *")
@app.task(name="mail.purge", queueing_lock="mail.purge")
def purge_mails(timestamp: int) -> None:
    now = clock.now()
    sending.purge(
        bodies_before=now - timedelta(days=settings.MAIL_BODY_DAYS),
        rows_before=now - timedelta(days=settings.MAIL_ROW_DAYS),
    )
