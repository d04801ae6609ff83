"""A mailbox that speaks as much IMAP as our client asks: one account, one folder, flags that stay."""

import re
import socket
import threading
from contextlib import suppress
from types import TracebackType


class Mailbox:
    """`with Mailbox([b"..."]) as box:` serves it on box.port until the block ends."""

    def __init__(self, mails: list[bytes], *, password: str = "secret") -> None:
        self.mails = mails
        self.password = password
        self.seen: set[int] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> "Mailbox":
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        # Closing alone would leave the thread waiting for the next client.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _address = self._listener.accept()
                # Ours hangs up when it refuses what we say.
                with client, suppress(OSError, ValueError):
                    self._talk(client)

    def _talk(self, client: socket.socket) -> None:
        with client.makefile("rwb") as lines:
            lines.write(b"* OK ready\r\n")
            lines.flush()
            for line in lines:
                tag, _space, command = line.strip().partition(b" ")
                answer, done = self._answer(command)
                lines.write(answer + tag + b" " + done + b"\r\n")
                lines.flush()
                if command.upper() == b"LOGOUT":
                    return

    def _answer(self, command: bytes) -> tuple[bytes, bytes]:
        words = command.upper().split()
        if words[0] == b"CAPABILITY":
            return b"* CAPABILITY IMAP4rev1\r\n", b"OK done"
        if words[0] == b"LOGIN":
            right = f'"{self.password}"'.encode() in command
            return b"", b"OK in" if right else b"NO wrong"
        if words[0] == b"SELECT":
            known = b"INBOX" in words[1]
            return (b"* %d EXISTS\r\n" % len(self.mails) if known else b""), b"OK in" if known else b"NO such"
        if words[:2] == [b"UID", b"SEARCH"]:
            unseen = [number for number in range(1, len(self.mails) + 1) if number not in self.seen]
            return b"* SEARCH " + b" ".join(b"%d" % number for number in unseen) + b"\r\n", b"OK done"
        if words[:2] == [b"UID", b"FETCH"]:
            number = int(words[2])
            mail = self.mails[number - 1]
            head = b"* %d FETCH (UID %d BODY[] {%d}\r\n" % (number, number, len(mail))
            return head + mail + b")\r\n", b"OK done"
        if words[:2] == [b"UID", b"STORE"]:
            if re.search(rb"\\SEEN", command.upper()):
                self.seen.add(int(words[2]))
            return b"", b"OK done"
        return b"", b"OK done"
