"""A checkout that serves itself: its own environment, its own database, its own commands.

The other site of a comparison may be older than this code, or another program (benchmarks/helpdesk). It is driven from
outside, through four commands that every build since the first measurements has: `bench_prepare --scale N`,
`bench_prepare --facts`, `bench_serve PORT`, and Django's `shell`.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from benchmarks import cpu
from benchmarks.requests import Client, FormsToSend, OurForms, Page, Request, forms, pages

# What an earlier measurement booked would stand in the way of this one.
TIDY = """
from spaces.models import Booking, Occupancy
made = Booking.objects.filter(purpose="計測の打合せ")
Occupancy.objects.filter(booking__in=made).delete()
made.delete()
"""


@dataclass(frozen=True)
class Site:
    directory: Path
    scale: float
    port: int

    settings: ClassVar = "benchmarks.settings"
    database: ClassVar = "kyodo_bench"
    tidy: ClassVar = TIDY

    @property
    def name(self) -> str:
        return f"{self.directory.name} at {self.scale:g}"

    @property
    def python(self) -> Path:
        return self.directory / ".venv" / "bin" / "python"

    def pages(self, facts: dict[str, str]) -> list[Page]:
        return pages(facts)

    def forms(self, facts: dict[str, str]) -> list[Page]:
        return forms(facts)

    def forms_to_send(self, client: Client, facts: dict[str, str]) -> FormsToSend:
        return OurForms(client, facts)

    def manage(self, *arguments: str) -> str:
        return subprocess.run(
            self._command(*arguments),
            cwd=self.directory,
            env=self._environment(),
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def prepare(self, *, fresh: bool = False) -> None:
        """Slow once; the database stays for the next time."""
        self.manage("bench_prepare", "--scale", str(self.scale), *(["--fresh"] if fresh else []))
        self.manage("shell", "--no-imports", "--command", self.tidy)

    def facts(self) -> dict[str, str]:
        """What the measured requests need to know of the data: addresses, sessions, free hours."""
        lines = self.manage("bench_prepare", "--facts").splitlines()
        return dict(line.split("=", 1) for line in lines)

    @contextmanager
    def served(self) -> Iterator["Served"]:
        process = subprocess.Popen(
            self._command("bench_serve", str(self.port)), cwd=self.directory, env=self._environment()
        )
        try:
            for _attempt in range(300):
                with suppress(OSError):
                    Client(self.port).ask(Request("/healthz"))
                    break
                time.sleep(0.1)
            yield Served(self, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)

    @property
    def database_pid(self) -> int | None:
        """Of the checkout's own PostgreSQL; none where it uses another."""
        with suppress(FileNotFoundError, ValueError):
            path = self.directory / "var" / "postgres" / "data" / "postmaster.pid"
            return int(path.read_text().split("\n", 1)[0])
        return None

    def _command(self, *arguments: str) -> list[str]:
        return [str(self.python), "manage.py", *arguments]

    def _environment(self) -> dict[str, str]:
        """Nothing of ours that would lead the other checkout to our database."""
        ours = {
            name: value for name, value in os.environ.items() if name not in ("KYODO_VAR", "DATABASE_URL")
        }
        return ours | {
            "DJANGO_SETTINGS_MODULE": self.settings,
            "BENCH_DATABASE": f"{self.database}_{int(self.scale * 1000)}",
        }


@dataclass(frozen=True)
class Served:
    site: Site
    pid: int

    def cpu_seconds(self) -> tuple[float, float]:
        """Used so far by the server and by PostgreSQL, each with all processes it started."""
        database = self.site.database_pid
        return cpu.seconds_of(self.pid), cpu.seconds_of(database) if database else 0.0
