from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

from kyodo import jobs


class Command(BaseCommand):
    help = "Does the background work: sends mail, reminds, draws lotteries, cleans up."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=jobs.CONCURRENCY)
        parser.add_argument("--until-empty", action="store_true", help="End when no job is left.")

    def handle(self, *args: Any, concurrency: int, until_empty: bool, **options: Any) -> None:
        jobs.work(app, concurrency=concurrency, wait=not until_empty)
