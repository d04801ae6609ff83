from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kyodo import backup


class Command(BaseCommand):
    help = "Puts a backup in the place of the database and the files."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="A folder that `backup` wrote.")
        parser.add_argument("--overwrite", action="store_true", help="Replace what the database holds now.")

    def handle(self, *args: Any, folder: Path, overwrite: bool, **options: Any) -> None:
        try:
            backup.restore(folder, overwrite=overwrite)
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {folder}. Now run: manage.py migrate")
