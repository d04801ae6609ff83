"""The clock of registrations and accounts."""

from procrastinate.contrib.django import app

from accounts.actions import notices, people, reminders, sign_ins


# 07:30 in Japan: cron here counts in UTC.
@app.periodic(cron="30 22 * * *")
@app.task(name="accounts.remind_of_expiry", queueing_lock="accounts.remind_of_expiry")
def remind_of_expiry(timestamp: int) -> None:
    reminders.send_due_reminders()


# 08:00 in Japan.
@app.periodic(cron="0 23 * * *")
@app.task(name="accounts.send_digests", queueing_lock="accounts.send_digests")
def send_digests(timestamp: int) -> None:
    notices.send_digests()


@app.periodic(cron="50 19 * * *")
@app.task(name="accounts.forget_ended_sessions", queueing_lock="accounts.forget_ended_sessions")
def forget_ended_sessions(timestamp: int) -> None:
    people.forget_ended_sessions()


@app.periodic(cron="55 19 * * *")
@app.task(name="accounts.forget_old_sign_ins", queueing_lock="accounts.forget_old_sign_ins")
def forget_old_sign_ins(timestamp: int) -> None:
    sign_ins.forget_old_sign_ins()
