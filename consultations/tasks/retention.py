"""The night's forgetting."""

from procrastinate.contrib.django import app

from consultations.actions import retention


# 02:20 in Japan: cron here counts in UTC. One at a time; a second would find the rows held and leave them.
@app.periodic(cron="20 17 * * *")
@app.task(
    name="consultations.forget",
    queueing_lock="consultations.forget",
    lock="consultations.forget",
)
def forget(timestamp: int) -> None:
    retention.forget_what_is_due()
