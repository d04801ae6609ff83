"""Twelve clients at one slot, 150 times: how long each waits for its answer, won or refused.

The tests show that it is right (tests/spaces/core/test_races.py); this shows how long it takes.
"""

import statistics
import threading
import time as stopwatch
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import connection, connections

from accounts.models import Group, Membership
from kyodo import clock
from kyodo.centre import hours
from spaces.actions import bookings
from spaces.models import Booking, BookingPolicy, Occupancy, Space

SLOTS_OF_A_DAY = range(9, 17)
FIRST_DAY_AHEAD = 400


class Command(BaseCommand):
    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=150)
        parser.add_argument("--clients", type=int, default=12)

    def handle(self, *args: Any, rounds: int, clients: int, **options: Any) -> None:
        # Far ahead, where the measured data leave everything free; the window reaches that far for the while.
        windows = {
            policy.pk: (policy.window_kind, policy.window_amount) for policy in BookingPolicy.objects.all()
        }
        BookingPolicy.objects.update(window_kind=BookingPolicy.WindowKind.DAYS, window_amount=900)
        memberships = list(Membership.objects.select_related("group", "user").order_by("-pk")[:clients])
        ends = {membership.group_id: membership.group.valid_until for membership in memberships}
        Group.objects.filter(pk__in=ends).update(valid_until=clock.today() + timedelta(days=900))
        first = clock.today() + timedelta(days=FIRST_DAY_AHEAD)
        try:
            for title, slugs in (
                ("A, B and A・B", ("space-a", "space-b", "space-ab")),
                ("one half", ("space-a",)),
            ):
                self._clear(first)
                seconds, winners = self._race(slots(rounds), slugs, memberships)
                self.stdout.write(
                    f"{clients} clients at {title}: median {statistics.median(seconds) * 1000:.0f} ms, "
                    f"p95 {sorted(seconds)[int(len(seconds) * 0.95)] * 1000:.0f} ms, "
                    f"{rounds} rounds, {min(winners)} to {max(winners)} winners a round, {double_uses()} double uses"
                )
        finally:
            self._clear(first)
            for pk, (kind, amount) in windows.items():
                BookingPolicy.objects.filter(pk=pk).update(window_kind=kind, window_amount=amount)
            for pk, until in ends.items():
                Group.objects.filter(pk=pk).update(valid_until=until)

    def _clear(self, first: Any) -> None:
        Occupancy.objects.filter(booking__begins_at__gte=clock.day_begins(first)).delete()
        Booking.objects.filter(begins_at__gte=clock.day_begins(first)).delete()

    def _race(
        self, times: list[datetime], slugs: tuple[str, ...], memberships: list[Membership]
    ) -> tuple[list[float], list[int]]:
        spaces = [Space.objects.select_related("policy").get(slug=slug) for slug in slugs]
        seconds: list[float] = []
        winners = [0] * len(times)
        barrier = threading.Barrier(len(memberships), timeout=60)
        write = threading.Lock()

        def client(lane: int) -> None:
            ask = booker(memberships[lane])
            try:
                for number, begins_at in enumerate(times):
                    barrier.wait()
                    started = stopwatch.perf_counter()
                    won = ask(spaces[(lane + number) % len(spaces)], begins_at)
                    with write:
                        seconds.append(stopwatch.perf_counter() - started)
                        winners[number] += won
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=client, args=(lane,)) for lane in range(len(memberships))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return seconds, winners


def booker(membership: Membership) -> Callable[[Space, datetime], bool]:
    def ask(space: Space, begins_at: datetime) -> bool:
        try:
            bookings.book_space(
                space=space,
                group=membership.group,
                begins_at=begins_at,
                ends_at=begins_at + timedelta(hours=1),
                people=5,
                purpose="計測の打合せ",
                by=membership.user,
            )
        except ValidationError:
            return False
        return True

    membership.group.refresh_from_db()
    return ask


def slots(count: int) -> list[datetime]:
    day = clock.today() + timedelta(days=FIRST_DAY_AHEAD)
    days = hours.opening_days(day, day + timedelta(days=60))
    found = [clock.at(one.date, time(hour)) for one in days.values() if one.hours for hour in SLOTS_OF_A_DAY]
    return found[:count]


def double_uses() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM spaces_occupancy a JOIN spaces_occupancy b"
            " ON a.unit_id = b.unit_id AND a.id < b.id AND a.period && b.period WHERE lower(a.period) > now()"
            " AND lower(b.period) > now()"
        )
        return int(cursor.fetchone()[0])
