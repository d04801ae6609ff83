"""Keeps the processes of one site alive: starts them, starts again what died, stops all of them together."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

LOOK_SECONDS = 0.5
STOP_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass
class Child:
    """One process in a process group of its own, so that it can be ended with all it started."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = 0.0

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: PLW1509
            self.command, stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_end_with_parent
        )

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """To the whole group: what a killed process leaves behind would keep its port."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def plan_restart(self) -> float:
        """The pause doubles with every failure and is forgotten after a steady minute."""
        if time.monotonic() - self.started_at > STEADY_SECONDS:
            self.failures = 0
        pause: float = min(LONGEST_PAUSE_SECONDS, 0.5 * 2**self.failures)
        self.failures += 1
        self.due_at = time.monotonic() + pause
        return pause


@dataclass
class Supervisor:
    children: Sequence[Child]
    write: Callable[[str], None]
    # Called between looks: brings back what the children stand on, and says whether it had to.
    mend: Callable[[], bool] = lambda: False
    # How long the children may take to finish their work when all is to stop.
    patience: float = STOP_SECONDS
    stopping: bool = field(default=False, init=False)

    def start(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        self.look()

    def run(self) -> None:
        """Look after the children until asked to stop."""
        try:
            while not self.stopping:
                self.look()
                time.sleep(LOOK_SECONDS)
        finally:
            self.stop()

    def look(self) -> None:
        if self.mend():
            self.write("The database had ended and was started again.")
        for child in self.children:
            if child.is_alive():
                continue
            if child.process is not None:
                self.write(f"The {child.name} ended ({child.process.returncode}); starting it again.")
                child.signal(signal.SIGKILL)
                child.process = None
                child.plan_restart()
            if time.monotonic() >= child.due_at:
                child.start()

    def stop(self) -> None:
        """Ask all to finish their work, then insist. Each ends its own children."""
        for child in self.children:
            if child.process is not None:
                child.process.terminate()
        deadline = time.monotonic() + self.patience
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.1, deadline - time.monotonic()))
            child.signal(signal.SIGKILL)

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self.stopping = True


def _end_with_parent() -> None:
    """Linux tells the child when its supervisor is killed, so that nothing stays behind."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
