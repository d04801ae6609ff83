from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kyodo.centre import loading
from spaces import profiles


class Command(BaseCommand):
    help = "Load a centre's spaces and rules of use. Can run again; never doubles, never overwrites staff's changes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("profile", choices=profiles.names())

    def handle(self, *args: Any, profile: str, verbosity: int, **options: Any) -> None:
        try:
            reports = loading.load(profiles.FOLDER / profile, profiles.KINDS)
        except loading.BadProfile as error:
            raise CommandError(str(error)) from error
        if not verbosity:
            return
        for label, report in reports.items():
            self.stdout.write(
                f"{label}: {report.created} created, {report.updated} updated, {report.unchanged} unchanged"
            )
            for name in report.kept:
                self.stdout.write(f"  kept as staff have it: {name}")
