"""Replies that somebody began and left."""

from procrastinate.contrib.django import app

from consultations.actions import drafts


@app.periodic(cron="20 3 * * *")
@app.task(name="consultations.forget_old_drafts", queueing_lock="consultations.forget_old_drafts")
def forget_old_drafts(timestamp: int) -> None:
    drafts.forget_old()
