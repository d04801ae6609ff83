"""The command that loads a profile, for each app that keeps a part of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kyodo.centre import loading
from kyodo.centre.loading import Kind


class Profiles(Protocol):
    """An app's module of profiles: one folder a centre, and what its files hold."""

    @property
    def FOLDER(self) -> Path: ...

    @property
    def KINDS(self) -> Iterable[Kind]: ...

    def names(self) -> list[str]: ...


class LoadProfile(BaseCommand):
    """Can run again: never doubles, never overwrites what staff changed."""

    profiles: Profiles

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("profile", choices=self.profiles.names())

    def handle(self, *args: Any, profile: str, verbosity: int, **options: Any) -> None:
        try:
            reports = loading.load(self.profiles.FOLDER / profile, self.profiles.KINDS)
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
