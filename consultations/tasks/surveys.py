"""Once a day, at an hour when people read mail: ask how it went."""

from procrastinate.contrib.django import app

from consultations.actions import surveys
from consultations.queries import surveys as queries


# 10:05 in Tokyo; the worker counts in UTC.
@app.periodic(cron="5 1 * * *")
@app.task(name="consultations.ask_how_it_went", queueing_lock="consultations.ask_how_it_went")
def ask_how_it_went(timestamp: int) -> None:
    for consultation in queries.to_ask():
        surveys.ask(consultation=consultation)
