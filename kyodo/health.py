"""Is the site alive, and is it ready for people? For the service manager and the load balancer; no personal data."""

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kyodo import scanning

SILENT_SECONDS = 60


@never_cache
@login_not_required
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nothing else, so that a broken database gets no healthy process killed."""
    return JsonResponse({"status": "ok"})


@never_cache
@login_not_required
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """Database, migrations and worker; 503 and the name of what is missing otherwise.

    The scanner of files is named too where there is one, but a site without it is still ready for all the rest.
    """
    checks = {name: _passes(check) for name, check in CHECKS.items()}
    is_ready = all(checks.values())
    shown = checks | ({"scanner": scanning.answers()} if settings.CLAMAV else {})
    body = {"status": "ok" if is_ready else "not ready"} | {
        name: "ok" if passed else "failed" for name, passed in shown.items()
    }
    return JsonResponse(body, status=200 if is_ready else 503)


def _passes(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Error:
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations_are_applied() -> bool:
    applied = MigrationRecorder(connection).applied_migrations()
    return _known_migrations() <= applied.keys()


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """What this release knows; read from disk once a process."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def _worker_works() -> bool:
    """The worker writes its heartbeat every few seconds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s))",
            [SILENT_SECONDS],
        )
        return bool(cursor.fetchone()[0])


CHECKS: dict[str, Callable[[], bool]] = {
    "database": _database_answers,
    "migrations": _migrations_are_applied,
    "worker": _worker_works,
}
