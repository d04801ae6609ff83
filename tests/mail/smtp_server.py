"""A small real SMTP server, a peer on a socket that answers as it is told to."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class Behaviour:
    """What to answer, and everything received. `replies` maps a command to its answer instead of the usual one."""

    replies: dict[str, str] = field(default_factory=dict)
    hang_up_after_message: bool = False
    # Called with each whole message before the answer.
    on_message: "threading.Event | None" = None
    hold_answer: "threading.Event | None" = None
    messages: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def senders(self) -> list[str]:
        """Of the envelopes."""
        told = (command for command in self.commands if command.upper().startswith("MAIL"))
        return [command.partition("<")[2].partition(">")[0] for command in told]

    def parsed(self) -> list[Message]:
        return [message_from_bytes(message) for message in self.messages]


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        behaviour: Behaviour = self.server.behaviour  # type: ignore[attr-defined]
        self.say(behaviour.replies.get("HELLO", "220 test"))
        while line := self.rfile.readline():
            command = line.split()[0].decode().upper() if line.split() else ""
            behaviour.commands.append(line.decode().strip())
            if command == "QUIT":
                self.say("221 bye")
                return
            if command != "DATA":
                self.say(behaviour.replies.get(command, "250 ok"))
                continue
            if "DATA" in behaviour.replies:
                self.say(behaviour.replies["DATA"])
                continue
            self.say("354 go on")
            self.take_message(behaviour)
            if behaviour.hang_up_after_message:
                return
            self.say(behaviour.replies.get("MESSAGE", "250 taken"))

    def take_message(self, behaviour: Behaviour) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        behaviour.messages.append(b"".join(lines))
        if behaviour.on_message:
            behaviour.on_message.set()
        if behaviour.hold_answer:
            behaviour.hold_answer.wait(30)

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def smtp_server(behaviour: Behaviour | None = None) -> Iterator[Behaviour]:
    behaviour = behaviour or Behaviour()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.behaviour = behaviour  # type: ignore[attr-defined]
        behaviour.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield behaviour
        finally:
            server.shutdown()
            thread.join()
