"""How a measured site is driven from outside, ours and a peer's alike: `bench_prepare --scale N` and `--facts`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from benchmarks import database


class PrepareCommand(BaseCommand):
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--scale", type=float, default=1.0)
        parser.add_argument("--fresh", action="store_true")
        parser.add_argument("--facts", action="store_true")

    def handle(self, *args: Any, scale: float, fresh: bool, facts: bool, **options: Any) -> None:
        if facts:
            self.tell_facts()
            return
        database.create(fresh=fresh)
        self.prepare(scale)

    def prepare(self, scale: float) -> None:
        """Tables and data, unless they are there."""
        raise NotImplementedError

    def tell_facts(self) -> None:
        """What the measured requests need to know of the data, a line `name=value` for each."""
        raise NotImplementedError
