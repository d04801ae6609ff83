"""The clock that reminds people of their bookings."""

from procrastinate.contrib.django import app

from spaces.actions import reminders


@app.periodic(cron="*/10 * * * *")
@app.task(name="spaces.remind", queueing_lock="spaces.remind")
def remind(timestamp: int) -> None:
    reminders.note_missed_reminders()
    reminders.send_due_reminders()
