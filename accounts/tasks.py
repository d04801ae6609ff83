"""The clock of the registrations."""

from procrastinate.contrib.django import app

from accounts.actions import reminders


# 07:30 in Japan: cron here counts in UTC.
@app.periodic(cron="30 22 * * *")
@app.task(name="accounts.remind_of_expiry", queueing_lock="accounts.remind_of_expiry")
def remind_of_expiry(timestamp: int) -> None:
    reminders.send_due_reminders()
