import hashlib
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kyodo import environment, web
from kyodo.supervisor import Child, Supervisor

READY_SECONDS = 60
CENTRE = "yokohama"


class Command(BaseCommand):
    help = "Prepares everything, then runs the web server and the background worker until Ctrl-C."
    # `make check` looks; here it would be a second or two at every start.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="Load no demo accounts and bookings.")

    def handle(self, *args: Any, no_demo: bool, **options: Any) -> None:
        port = environment.integer("PORT", 8000)
        # Until the supervisor takes over, an end must still pass by the embedded database's own end.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        _refuse_taken_port(port)
        with_demo = not no_demo and not settings.PRODUCTION
        self._prepare(with_demo=with_demo)
        server = Child("web server", web.command(port))
        # Two cores load two web processes; the worker waits until they are done, so that people need not.
        worker = Child(
            "worker",
            [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"],
            due_at=time.monotonic() + READY_SECONDS,
        )
        supervisor = Supervisor([server, worker], self._say, _mend_database)
        # The children stand on this folder, wherever the command was called from.
        os.chdir(settings.BASE_DIR)
        connection.close()
        supervisor.start()
        if self._becomes_ready(supervisor, port):
            worker.due_at = 0.0
            supervisor.look()
            self._greet(port, with_demo=with_demo)
        supervisor.run()
        self._say("Stopped.")

    def _prepare(self, *, with_demo: bool) -> None:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Preparing the database ...")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("load_centre", CENTRE, verbosity=0)
        call_command("load_spaces", CENTRE, verbosity=0)
        if with_demo:
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

    def _becomes_ready(self, supervisor: Supervisor, port: int) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while not supervisor.stopping and time.monotonic() < deadline:
            if _answers(port):
                return True
            supervisor.look()
            time.sleep(0.1)
        return False

    def _greet(self, port: int, *, with_demo: bool) -> None:
        self._say(f"\nKyodo is ready: http://127.0.0.1:{port}/   (staff: http://127.0.0.1:{port}/admin/)")
        if with_demo:
            self._say("Demo accounts, password kyodo-demo:")
            for address, who in DEMO_ACCOUNTS:
                self._say(f"  {address:<24} {who}")
        if settings.EMBEDDED_DATABASE:
            self._say(f"Data and mails are kept under {settings.VAR}")
        self._say("Ctrl-C stops everything.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


DEMO_ACCOUNTS = (
    ("manager@example.jp", "センター長"),
    ("coordinator@example.jp", "コーディネーター"),
    ("reception@example.jp", "受付"),
    ("tsurumi@example.jp", "鶴見区の支援センター"),
    ("naka@example.jp", "中区の支援センター"),
    ("aoba@example.jp", "あおば見守りの会 代表"),
    ("minato@example.jp", "登録団体の代表"),
    ("volunteer@example.jp", "あおば見守りの会 メンバー"),
    ("citizen@example.jp", "団体に入っていない人"),
)


def _mend_database() -> bool:
    return bool(settings.EMBEDDED_DATABASE and settings.EMBEDDED_DATABASE.restart_if_down())


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken by another program ({error.strerror}). Choose another one: PORT={port + 1} make run"
            ) from error


def _answers(port: int) -> bool:
    """Any answer will do: the server has loaded the site."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            client.settimeout(10)
            client.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return client.recv(5) == b"HTTP/"
    except OSError:
        return False


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
