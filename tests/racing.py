"""Real threads, real connections, one start: what a race test needs."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import connections, transaction

START_SECONDS = 30


@dataclass
class Outcome:
    """What became of a race: who got what they asked for, who was refused and why, and what broke."""

    won: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    broke: list[BaseException] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.won += other.won
        self.refused += other.refused
        self.broke += other.broke
        self.seconds += other.seconds


def race(*runners: Callable[[], object]) -> Outcome:
    """Run all at once, each in a thread with a connection of its own, released together."""
    return Racers(len(runners)).run(runners)


class Racers:
    """Threads that stay for many rounds, as the threads of a server do."""

    def __init__(self, count: int) -> None:
        self.count = count

    def run(self, runners: Sequence[Callable[[], object]]) -> Outcome:
        return self.run_rounds([runners])[0]

    def run_rounds(
        self,
        rounds: Sequence[Sequence[Callable[[], object]]],
        before: Callable[[int], object] = lambda number: None,
    ) -> list[Outcome]:
        """`before` gets the number of each round and runs, in one of the threads, while all wait for its start."""
        outcomes = [Outcome() for _ in rounds]
        numbers = itertools.count()
        barrier = threading.Barrier(self.count, lambda: before(next(numbers)), timeout=START_SECONDS)
        write = threading.Lock()

        def work(lane: int) -> None:
            try:
                connections["default"].ensure_connection()
                for outcome, runners in zip(outcomes, rounds, strict=True):
                    barrier.wait()
                    started = time.perf_counter()
                    _run_one(runners[lane], outcome, write, started)
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=work, args=(lane,)) for lane in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes


def _run_one(runner: Callable[[], object], outcome: Outcome, write: threading.Lock, started: float) -> None:
    refused: str | None = None
    broke: BaseException | None = None
    try:
        runner()
    except ValidationError as error:
        refused = error.error_list[0].code
    except Exception as error:  # noqa: BLE001 - a server would answer 500
        broke = error
    seconds = time.perf_counter() - started
    with write:
        outcome.seconds.append(seconds)
        if broke is not None:
            outcome.broke.append(broke)
        elif refused is not None:
            outcome.refused[refused] += 1
        else:
            outcome.won += 1


def overtake(first: Callable[[], object], second: Callable[[], object]) -> Outcome:
    """The second comes while the first has written and not committed yet: it has read what is about to change, and waits."""
    outcome = Outcome()

    def follow() -> None:
        try:
            _run_one(second, outcome, threading.Lock(), time.perf_counter())
        finally:
            connections["default"].close()

    thread = threading.Thread(target=follow)
    with transaction.atomic():
        first()
        thread.start()
        deadline = time.monotonic() + START_SECONDS
        while thread.is_alive() and not _somebody_waits():
            assert time.monotonic() < deadline
            time.sleep(0.02)
    thread.join()
    return outcome


def _somebody_waits() -> bool:
    """For this very transaction."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])
