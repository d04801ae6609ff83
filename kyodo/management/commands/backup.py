from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kyodo import backup


class Command(BaseCommand):
    help = "Writes the database and the files into a new folder under the given one."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--keep", type=int, default=0, help="Delete all but this many of the newest backups."
        )

    def handle(self, *args: Any, folder: Path, keep: int, **options: Any) -> None:
        try:
            written = backup.backup(folder)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(written))
        if keep:
            for path in backup.delete_old(folder, keep=keep):
                self.stdout.write(f"Deleted {path}")
