"""The whole portal on one machine: `python -m kyodo.serve`, which is what `make run` calls.

Prepares what has to be prepared, then runs the web server and the background worker until Ctrl-C. Loads the settings
but no application: the site is loaded by each web process and the worker, and a fourth time would be half the wait.
"""

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kyodo import environment, foundation, preparation, web
from kyodo.supervisor import STOP_SECONDS, Child, Supervisor

READY_SECONDS = 60
CENTRE = "yokohama"
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


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="kyodo.serve", description="Run the whole portal until Ctrl-C.")
    parser.add_argument("--no-demo", action="store_true", help="Load no demo accounts and bookings.")
    no_demo = parser.parse_args(arguments).no_demo
    # Until the supervisor takes over, an end must still pass by the embedded database's own end.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _serve(no_demo=no_demo)
    except KeyboardInterrupt:
        pass
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    _say("Stopped.")


def _serve(*, no_demo: bool) -> None:
    foundation.lay()
    port = environment.integer("PORT", 8000)
    _refuse_unusable_port(port)
    # The children stand on this folder, wherever the command was called from.
    os.chdir(settings.BASE_DIR)
    with_demo = not no_demo and not settings.PRODUCTION
    _prepare([CENTRE, *(["--demo"] if with_demo else [])])
    server = Child("web server", web.command(port))
    # Two cores load two web processes; the worker waits until they are done, so that people need not.
    worker = Child("worker", _manage("worker"), due_at=time.monotonic() + READY_SECONDS)
    # While it loads, the server does no work for anybody, and it does not listen to a wish to stop.
    supervisor = Supervisor([server, worker], _say, _mend_database, patience=1.0)
    supervisor.start()
    while not supervisor.stopping and not _answers(port):
        supervisor.look()
        time.sleep(0.1)
    if not supervisor.stopping:
        supervisor.patience = STOP_SECONDS
        worker.due_at = 0.0
        supervisor.look()
        _greet(port, with_demo=with_demo)
    supervisor.run()


def _prepare(options: list[str]) -> None:
    wish = " ".join(options)
    try:
        if preparation.is_done(wish):
            return
    except psycopg.Error as error:
        reason = " ".join(str(error).split()).rstrip(".?")
        sys.exit(
            f"The database does not answer: {reason}. Mend DATABASE_URL, or leave it out to use the embedded database."
        )
    # In a session of its own: Ctrl-C is for this process, which then ends it.
    process = subprocess.Popen(_manage("prepare", *options), start_new_session=True)
    try:
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if code:
        sys.exit("The database could not be prepared; the lines above say why.")
    preparation.remember(wish)


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments]


def _greet(port: int, *, with_demo: bool) -> None:
    # By its name: browsers keep passkeys for names only, not for 127.0.0.1.
    _say(f"\nKyodo is ready: http://localhost:{port}/   (staff: http://localhost:{port}/admin/)")
    if with_demo:
        _say("Demo accounts, password kyodo-demo:")
        for address, who in DEMO_ACCOUNTS:
            _say(f"  {address:<24} {who}")
    if settings.EMBEDDED_DATABASE:
        _say(f"Data and mails are kept under {settings.VAR}")
    _say("Ctrl-C stops everything.")


def _mend_database() -> bool:
    return bool(settings.EMBEDDED_DATABASE and settings.EMBEDDED_DATABASE.restart_if_down())


def _refuse_unusable_port(port: int) -> None:
    other = f"PORT={port + 1 if 1023 < port < 65535 else 8000} make run"
    if not 0 < port < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {port}: {other}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                sys.exit(f"Port {port} can't be used ({error.strerror}). Choose another one: {other}")
            sys.exit(f"Port {port} is taken by {_user_of(port)}. Choose another one: {other}")


def _user_of(port: int) -> str:
    if b'{"status": "ok"}' in _ask(port):
        return "a Kyodo that runs already; stop that one with Ctrl-C, or keep it"
    return "another program"


def _answers(port: int) -> bool:
    """Any answer will do: the server has loaded the site."""
    return _ask(port).startswith(b"HTTP/")


def _ask(port: int) -> bytes:
    """What comes back at once from /healthz; empty while nobody listens."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as client:
            client.settimeout(10)
            client.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            answer = b""
            while part := client.recv(4096):
                answer += part
            return answer
    except OSError:
        return b""


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kyodo.settings")
    main()
