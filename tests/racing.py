"""Real threads, real connections, one start: what a race test needs."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import connections

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

    def run_rounds(self, rounds: Sequence[Sequence[Callable[[], object]]]) -> list[Outcome]:
        outcomes = [Outcome() for _ in rounds]
        barrier = threading.Barrier(self.count, timeout=START_SECONDS)
        write = threading.Lock()

        def work(lane: int) -> None:
            try:
                connections["default"].ensure_connection()
                for outcome, runners in zip(outcomes, rounds, strict=True):
                    barrier.wait()
                    started = time.perf_counter()
                    self._run_one(runners[lane], outcome, write, started)
            finally:
                connections["default"].close()

        threads = [threading.Thread(target=work, args=(lane,)) for lane in range(self.count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    def _run_one(
        self, runner: Callable[[], object], outcome: Outcome, write: threading.Lock, started: float
    ) -> None:
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
