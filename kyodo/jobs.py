"""Background jobs: Procrastinate keeps them in PostgreSQL, written in the transaction that asks for them.

A task may run twice, after a crash for instance: each one reads the state again under a lock before it acts.
"""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from procrastinate import App, JobContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.manager import JobManager
from procrastinate.tasks import Task
from procrastinate.types import JSONValue

from kyodo import ratelimit, unsent

logger = logging.getLogger(__name__)

CONCURRENCY = 4
STOP_SECONDS = 15
# Heartbeats of a worker before it counts as dead and its unfinished jobs are given out again.
BEATS = 6
KEEP_FINISHED_HOURS = 24 * 7


def on_app_ready(app: App) -> None:
    """Called once Django is ready; tasks register themselves from each app's tasks.py."""


def defer(
    task: Task[..., Any, Any],
    *,
    scheduled_at: datetime | None = None,
    queueing_lock: str | None = None,
    **arguments: JSONValue,
) -> None:
    """Ask for a job within the running transaction: no commit, no job.

    `task.defer()` does the same in a web request, but inside the worker it writes through the worker's own
    connection, and the job could run before the change it belongs to is there.
    With `queueing_lock` nothing happens when such a job is waiting already.
    """
    blueprint = task.configure(queueing_lock=queueing_lock, schedule_at=scheduled_at).job
    deferrer = JobDeferrer(job_manager=JobManager(DjangoConnector()), job=blueprint)
    if queueing_lock is None:
        deferrer.defer(**arguments)
        return
    try:
        # The refusal of a second one must not break the caller's transaction.
        with transaction.atomic():
            deferrer.defer(**arguments)
    except AlreadyEnqueued:
        logger.debug("%s is waiting already.", queueing_lock)


def work(app: App, *, concurrency: int = CONCURRENCY, wait: bool = True) -> None:
    """Work until told to stop; without `wait` until no job is left."""
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    with app.replace_connector(connector):
        app.run_worker(
            concurrency=concurrency,
            wait=wait,
            listen_notify=wait,
            delete_jobs="successful",
            shutdown_graceful_timeout=STOP_SECONDS,
            update_heartbeat_interval=settings.WORKER_SILENT_SECONDS / BEATS,
            stalled_worker_timeout=settings.WORKER_SILENT_SECONDS,
        )


# The sixth field is seconds: somebody who has booked may be waiting for the mail.
@app.periodic(cron="* * * * * */15")
@app.task(name="kyodo.give_out_stalled_jobs", queueing_lock="kyodo.give_out_stalled_jobs", pass_context=True)
async def give_out_stalled_jobs(context: JobContext, timestamp: int) -> None:
    """Give out again the jobs of a worker that was killed."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=settings.WORKER_SILENT_SECONDS):
        logger.warning("Job %s (%s) was left by a dead worker and is given out again.", job.id, job.task_name)
        await manager.retry_job(job)


@app.periodic(cron="40 3 * * *")
@app.task(name="kyodo.delete_old_jobs", queueing_lock="kyodo.delete_old_jobs", pass_context=True)
async def delete_old_jobs(context: JobContext, timestamp: int) -> None:
    """Failed jobs stay a week for the people who look after the site."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=KEEP_FINISHED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )


@app.periodic(cron="25 * * * *")
@app.task(name="kyodo.forget_attempts", queueing_lock="kyodo.forget_attempts")
def forget_attempts(timestamp: int) -> None:
    ratelimit.forget_old()


@app.periodic(cron="*/20 * * * *")
@app.task(name="kyodo.forget_unsent_forms", queueing_lock="kyodo.forget_unsent_forms")
def forget_unsent_forms(timestamp: int) -> None:
    unsent.forget_old()
