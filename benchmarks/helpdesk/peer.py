"""django-helpdesk as a site to compare with: an environment of its own under var/, the measured site's PostgreSQL."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from benchmarks.requests import (
    INTAKE_POST,
    Client,
    FormsToSend,
    Page,
    Request,
    hidden_fields,
)
from benchmarks.site import Site

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
SUBMIT = "/tickets/submit/"
TELL_SERVER = """
from django.conf import settings
server = settings.DATABASES["default"]
for name in ("HOST", "PORT", "USER", "PASSWORD"):
    if server.get(name):
        print(f"PG{name}={server[name]}")
"""
TIDY = """
from helpdesk.models import Ticket
Ticket.objects.filter(submitter_email__startswith="bench-asker-").delete()
"""


@dataclass(frozen=True)
class Helpdesk(Site):
    host: Site
    """Whose PostgreSQL it uses: it runs while this one is served."""

    settings: ClassVar = "benchmarks.helpdesk.settings"
    database: ClassVar = "helpdesk_bench"
    tidy: ClassVar = TIDY

    @property
    def name(self) -> str:
        return f"django-helpdesk at {self.scale:g}"

    @property
    def python(self) -> Path:
        return self._venv / "bin" / "python"

    @property
    def _venv(self) -> Path:
        return self.directory / "var" / "peers" / "helpdesk"

    def prepare(self, *, fresh: bool = False) -> None:
        self._install()
        with self.host.served():
            super().prepare(fresh=fresh)

    def _install(self) -> None:
        """Unless the pinned packages are there already: what was installed last lies beside them."""
        installed = self._venv / "installed.txt"
        if installed.exists() and installed.read_bytes() == REQUIREMENTS.read_bytes():
            return
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(self._venv)], check=True)
        install = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
        subprocess.run([str(self.python), *install, "-r", str(REQUIREMENTS)], check=True)
        shutil.copyfile(REQUIREMENTS, installed)

    def _environment(self) -> dict[str, str]:
        return super()._environment() | self._server

    @cached_property
    def _server(self) -> dict[str, str]:
        """The host's server, in the variables that PostgreSQL's own library reads."""
        lines = self.host.manage("shell", "--no-imports", "--command", TELL_SERVER).splitlines()
        return dict(line.split("=", 1) for line in lines)

    def pages(self, facts: dict[str, str]) -> list[Page]:
        """Its list and its search come in two requests, a page and then the lines."""
        staff = facts["staff"]
        return [
            Page("lines of the search", facts["search"], staff, beside="inbox: words"),
            Page("lines of the list", facts["lines"], staff, beside="inbox: all open"),
            Page("list without its lines", "/tickets/", staff, beside="inbox: all open"),
            Page("ticket", facts["ticket"], staff, beside="consultation"),
            Page("submit form", SUBMIT, beside="consult form"),
        ]

    def forms(self, facts: dict[str, str]) -> list[Page]:
        return [Page("submit POST", SUBMIT, beside=INTAKE_POST)]

    def forms_to_send(self, client: Client, facts: dict[str, str]) -> FormsToSend:
        return Tickets(client, facts["queue"])


class Tickets:
    def __init__(self, client: Client, queue: str) -> None:
        self._client = client
        self._queue = queue
        self._asked = 0

    def take(self, page: Page, count: int) -> list[Request]:
        first, self._asked = self._asked, self._asked + count
        return [self._ticket(page, number) for number in range(first, self._asked)]

    def _ticket(self, page: Page, number: int) -> Request:
        form = self._client.ask(Request(page.path))
        data = hidden_fields(form.text) | {
            "queue": self._queue,
            "title": "子ども食堂を始めたい",
            "body": f"子ども食堂を始めたいです。場所の探し方を教えてください。{number}",
            "priority": "3",
            "submitter_email": f"bench-asker-{number}@example.jp",
        }
        return Request(page.path, form.cookies, data)
