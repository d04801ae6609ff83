from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from consultations.actions import retention
from consultations.queries import retention as queries
from kyodo import clock


class Command(BaseCommand):
    help = "Forgets contacts and texts of consultations whose time has come, as the worker does every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only say what would go, and what waits.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        if not dry_run:
            run = retention.forget_what_is_due()
            self.stdout.write(
                f"contacts {run.contacts}, texts {run.texts}, files {run.files}, mails {run.mails}, "
                f"readings {run.readings}, waiting {sum(run.waiting.values())}"
            )
            return
        for line in queries.preview(clock.now()):
            self.stdout.write(f"{line.title}: {line.goes}")
            for one in line.waits:
                self.stdout.write(f"  - {one.why}: {one.number}")
