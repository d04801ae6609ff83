"""CPU time of a process and of all it started, from Linux's /proc; zero elsewhere."""

import os
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

PROC = Path("/proc")
TICK = os.sysconf("SC_CLK_TCK")
NANOSECOND = 1e-9


def seconds_of(root: int) -> float:
    return sum(_seconds(pid) for pid in _with_descendants(root))


def _with_descendants(root: int) -> list[int]:
    children = defaultdict(list)
    for entry in PROC.iterdir() if PROC.is_dir() else ():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children[int(fields[1])].append(int(entry.name))
    family = [root]
    for pid in family:
        family += children[pid]
    return family


def _seconds(pid: int) -> float:
    """Living threads to the nanosecond, where the kernel counts so; children that ended, in ticks."""
    fields = _stat(pid)
    if not fields:
        return 0.0
    ended = int(fields[13]) + int(fields[14])
    with suppress(OSError):
        threads = (PROC / str(pid) / "task").glob("*/schedstat")
        return sum(int(path.read_text().split()[0]) for path in threads) * NANOSECOND + ended / TICK
    return (int(fields[11]) + int(fields[12]) + ended) / TICK


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold spaces: state, parent, ..."""
    with suppress(OSError):
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    return []
