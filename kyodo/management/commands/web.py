import os
import sys
from typing import Any

from django.core.management.base import BaseCommand

from kyodo import environment, web


class Command(BaseCommand):
    help = "Becomes the web server; for a service manager. `serve` runs everything together."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        command = web.command(environment.integer("PORT", 8000))
        os.execv(sys.executable, command)  # noqa: S606
