"""Asks clamd, where the settings name one (KYODO_CLAMAV), whether a file is known to do harm.

Its protocol by hand, because no client fits (docs/decisions/0016-virus-scan.md). What is not a whole and plain "OK" about
the whole file is no "OK".
"""

import logging
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.files.base import File

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024
LONGEST_ANSWER = 1000
# Nothing was found: it only did not look to the end (AlertExceedsMax).
BEYOND_ITS_LIMITS = "Heuristics.Limits.Exceeded"
# Asked by a page that is to answer at once.
PING_SECONDS = 0.5


class Verdict(Enum):
    CLEAN = "clean"
    INFECTED = "infected"
    UNCHECKED = "unchecked"


def look(file: "File[bytes]") -> Verdict:
    """What the scanner says of a file. One that is silent, gone or not understood says nothing: UNCHECKED."""
    if not settings.CLAMAV:
        return Verdict.CLEAN
    try:
        answer, took_all = _ask(b"zINSTREAM\0", _stream(file), seconds=settings.CLAMAV_SECONDS)
    except OSError as error:
        logger.error("The scanner did not answer: %s", error)
        return Verdict.UNCHECKED
    if answer.startswith("stream: ") and answer.endswith(" FOUND") and BEYOND_ITS_LIMITS not in answer:
        logger.warning("A file was refused: %s", answer)
        return Verdict.INFECTED
    if answer == "stream: OK" and took_all:
        return Verdict.CLEAN
    logger.error("The scanner could not look at a file: %s", answer)
    return Verdict.UNCHECKED


def answers() -> bool:
    """Whether the scanner is there; for the pages and checks of whoever keeps the site running."""
    try:
        answer, _took_all = _ask(b"zPING\0", (), seconds=PING_SECONDS)
    except OSError:
        return False
    return answer == "PONG"


def _stream(file: "File[bytes]") -> Iterator[bytes]:
    """Each piece behind its length, and a length of nothing at the end."""
    for piece in file.chunks(CHUNK):
        yield len(piece).to_bytes(4, "big") + piece
    yield bytes(4)


def _ask(command: bytes, pieces: Iterable[bytes], *, seconds: float) -> tuple[str, bool]:
    """The answer, and whether all was taken before it. Everything together within so many seconds."""
    deadline = time.monotonic() + seconds
    took_all = False
    with _connected(deadline) as line:
        # It answers and hangs up in the middle of what is too long for it: the answer is still to be read.
        with suppress(ConnectionError):
            line.sendall(command)
            for piece in pieces:
                line.settimeout(_seconds_to(deadline))
                line.sendall(piece)
            took_all = True
        return _answer(line, deadline), took_all


def _answer(line: socket.socket, deadline: float) -> str:
    """Up to its closing NUL: an answer that breaks off may have gone on in another way."""
    answer = b""
    while not answer.endswith(b"\0"):
        line.settimeout(_seconds_to(deadline))
        received = line.recv(LONGEST_ANSWER)
        if not received or len(answer) > LONGEST_ANSWER:
            raise ConnectionError("no whole answer")
        answer += received
    return answer.rstrip(b"\0").decode(errors="replace")


def _connected(deadline: float) -> socket.socket:
    address: Any = settings.CLAMAV
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=_seconds_to(deadline))
    line = socket.socket(socket.AF_UNIX)
    try:
        line.settimeout(_seconds_to(deadline))
        line.connect(address)
    except OSError:
        line.close()
        raise
    return line


def _seconds_to(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("out of time")
    return left
