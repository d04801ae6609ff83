"""A small real clamd: a peer on a socket that speaks INSTREAM and PING, and answers as it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from pytest_django.fixtures import Settings

# The harmless text that every scanner calls a virus, in two halves so that none takes this file away.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
INFECTED_PDF = b"%PDF-1.7\n" + EICAR
MEGABYTE = 1024 * 1024


@dataclass
class Scanner:
    """What to answer, and the files it was shown. `answer` is given instead of the usual one, whatever it is."""

    answer: bytes | None = None
    most_bytes: int = 25 * MEGABYTE
    answers_before_the_file: bool = False
    seen: list[bytes] = field(default_factory=list)
    address: tuple[str, int] = ("127.0.0.1", 0)
    # Silence: nothing is answered until the test is over.
    is_silent: bool = False
    is_over: threading.Event = field(default_factory=threading.Event)

    def verdict(self, content: bytes) -> bytes:
        if len(content) > self.most_bytes:
            return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        scanner: Scanner = self.server.scanner  # type: ignore[attr-defined]
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if scanner.is_silent:
            scanner.is_over.wait(30)
            return
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0" if scanner.answer is None else scanner.answer)
            return
        content = b"" if scanner.answers_before_the_file else self.take(scanner.most_bytes)
        scanner.seen.append(content)
        self.wfile.write(scanner.verdict(content) if scanner.answer is None else scanner.answer)

    def take(self, most_bytes: int) -> bytes:
        """Reads no further once it is too much, as clamd does."""
        content = bytearray()
        while (length := int.from_bytes(self.rfile.read(4), "big")) and len(content) <= most_bytes:
            content += self.rfile.read(length)
        return bytes(content)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def clamd() -> Iterator[Scanner]:
    scanner = Scanner()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.scanner = scanner  # type: ignore[attr-defined]
        scanner.address = ("127.0.0.1", server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield scanner
        finally:
            scanner.is_over.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def scanner(settings: Settings) -> Iterator[Scanner]:
    """A scanner on this machine, and the portal set to ask it."""
    with clamd() as running:
        settings.CLAMAV = running.address
        yield running


@pytest.fixture
def no_scanner(settings: Settings) -> None:
    """The portal asks one that is down: nobody listens on this port, which only root could take."""
    settings.CLAMAV = ("127.0.0.1", 1)
