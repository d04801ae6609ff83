"""The web server alone, as `make run` starts it, on the measured database."""

import subprocess
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kyodo import web


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("port", type=int)

    def handle(self, *args: Any, port: int, **options: Any) -> None:
        server = subprocess.Popen(web.command(port))
        try:
            server.wait()
        except KeyboardInterrupt:
            server.terminate()
            server.wait()
