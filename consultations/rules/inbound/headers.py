"""Headers of a mail as text, whatever they hold."""

from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message

from consultations.rules.inbound import charsets


def header(mail: "Message[str, str]", name: str) -> str:
    """The first of that name, with its encoded words read; empty where there is none."""
    return next((_words(line) for line in header_lines(mail, name)), "").strip()


def header_lines(mail: "Message[str, str]", name: str) -> list[str]:
    """All of that name, raw bytes in them repaired."""
    return [" ".join(charsets.repair(str(line)).split("\n")) for line in mail.get_all(name, [])]


def _words(line: str) -> str:
    try:
        pieces = decode_header(line)
    except (HeaderParseError, ValueError):
        return line
    return "".join(
        charsets.decode(piece, charset) if isinstance(piece, bytes) else piece for piece, charset in pieces
    )
