"""A whole site, served as `make run` serves it, for tests that kill parts of it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 400


@dataclass
class Site:
    var: Path
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.var / "serve.log").read_text()

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.address}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def children(self) -> dict[str, int]:
        """Process numbers by what they are: worker, web, database."""
        found = {"database": int((self.var / "postgres/data/postmaster.pid").read_text().split("\n", 1)[0])}
        for pid, parent, command in processes():
            if parent == self.process.pid:
                found["worker" if "manage.py worker" in command else "web"] = pid
        return found

    def kill(self, name: str) -> None:
        """It may just be on its way back from the last time."""
        wait_for(lambda: name in self.children(), f"a {name} to kill", 120)
        os.kill(self.children()[name], signal.SIGKILL)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

    def left_behind(self) -> list[str]:
        """Processes of this site that are still there."""
        marks = (str(self.var), f"--port {self.port} ")
        return [command for _pid, _parent, command in processes() if any(mark in command for mark in marks)]


def processes() -> Iterator[tuple[int, int, str]]:
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    for line in listing.stdout.splitlines():
        pid, parent, *command = line.split(None, 2)
        yield int(pid), int(parent), command[0] if command else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition: Callable[[], bool], what: str, seconds: float = SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come to be in {seconds} seconds"
        time.sleep(0.2)


def start(
    var: Path, *, port: int | None = None, options: tuple[str, ...] = ("--no-demo",), **environment: str
) -> Site:
    port = port or free_port()
    var.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KYODO_", "DATABASE_", "PYTEST"))
    }
    with (var / "serve.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kyodo.serve", *options],
            cwd=ROOT,
            env=kept | {"KYODO_VAR": str(var), "PORT": str(port)} | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Site(var, port, process)


@contextmanager
def served(var: Path, **options: str) -> Iterator[Site]:
    site = start(var, **options)  # type: ignore[arg-type]
    try:
        wait_for(lambda: site.is_ready() or site.process.poll() is not None, "a ready site")
        assert site.process.poll() is None, site.log
        yield site
    finally:
        if site.process.poll() is None:
            site.stop()
