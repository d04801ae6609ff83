import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Brings database, centre and static files to the state of this code. Can run again; what is there stays."
    # `make check` looks; here it would be a second or two at every start.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("centre", nargs="?", default="yokohama")
        parser.add_argument("--demo", action="store_true", help="Load demo accounts and bookings too.")

    def handle(self, *args: Any, centre: str, demo: bool, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_centre", centre, verbosity=0)
        call_command("load_spaces", centre, verbosity=0)
        if demo:
            call_command("load_demo", verbosity=0)
        self._collect_static()

    def _collect_static(self) -> None:
        """Only when a file changed: hashing and compressing take seconds."""
        if settings.DEBUG:
            return
        stamp = Path(settings.STATIC_ROOT) / ".collected"
        state = _state_of_static_files()
        if stamp.exists() and stamp.read_text() == state:
            return
        self._say("Collecting static files ...")
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(state)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _state_of_static_files() -> str:
    digest = hashlib.sha256()
    for path in sorted(_static_files()):
        status = path.stat()
        digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_files() -> Iterator[Path]:
    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))
