"""Mails as people's programmes write them, each with what must stand in the timeline. Everybody in them is invented.

Written out as bytes, since Python's own writer knows only correct mails.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

TO = "{to}"
"""Becomes the signed address of the consultation."""
SENDER = "hanako@example.jp"
FROM = f"From: =?UTF-8?B?55u46KuHIOiKseWtkA==?= <{SENDER}>"
SUBJECT = "Subject: =?UTF-8?B?UmU6IOOAkOOBlOebuOirh+OBuOOBruOBiui/lOS6i+OAkQ==?="
QUOTED = "水曜の午後はいかがでしょうか。会議室を取っておきます。"
"""What we had written, and they quote."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


@dataclass(frozen=True)
class Mail:
    content: bytes
    says: str
    """The entry of the timeline, whole."""
    files: tuple[str, ...] = ()
    """What stands beside it."""
    stays: tuple[str, ...] = ()
    """What stays with the mail."""
    why: str = ""
    """An InboundMail.Why, where it waits for staff; `says` is then its text."""


def mail(
    body: bytes | str,
    *headers: str | bytes,
    kind: str = "text/plain; charset=utf-8",
    way: str = "8bit",
    sender: str | bytes = FROM,
    subject: str | bytes = SUBJECT,
) -> bytes:
    """One part, or a tree made by `parts`."""
    top = [sender, f"To: {TO}", subject, "Message-ID: <1@mailer.example.jp>", "MIME-Version: 1.0", *headers]
    return b"\r\n".join(_bytes(line) for line in top) + b"\r\n" + part(body, kind, way=way)


def part(body: bytes | str, kind: str, *headers: str | bytes, way: str = "8bit") -> bytes:
    lines = [_bytes(f"Content-Type: {kind}"), *(_bytes(line) for line in headers)]
    if not kind.startswith("multipart/"):
        lines.append(_bytes(f"Content-Transfer-Encoding: {way}"))
    return b"\r\n".join(lines) + b"\r\n\r\n" + _bytes(body)


def parts(*inner: bytes, boundary: str = "b1") -> bytes:
    between = b"--" + boundary.encode()
    return b"".join(between + b"\r\n" + one + b"\r\n" for one in inner) + between + b"--\r\n"


def tree(kind: str, boundary: str, *inner: bytes) -> bytes:
    """A part that holds parts."""
    return part(parts(*inner, boundary=boundary), f'multipart/{kind}; boundary="{boundary}"')


def whole(kind: str, *inner: bytes, headers: Sequence[str | bytes] = (), **options: str | bytes) -> bytes:
    """A mail of several parts."""
    return mail(parts(*inner, boundary="top"), *headers, kind=f'multipart/{kind}; boundary="top"', **options)  # type: ignore[arg-type]


def file(
    name: str | bytes, content: bytes, kind: str = "application/pdf", disposition: str = "attachment"
) -> bytes:
    """`name` is the whole parameter, since there are many ways to write one."""
    named = name if isinstance(name, bytes) else f'filename="{name}"'.encode()
    return part(
        base64.encodebytes(content),
        kind,
        _bytes(f"Content-Disposition: {disposition}; ") + named,
        way="base64",
    )


def plain(text: str, charset: str = "utf-8") -> bytes:
    return part(text.encode(charset), f"text/plain; charset={charset}")


def html(text: str, charset: str = "utf-8") -> bytes:
    return part(text.encode(charset), f"text/html; charset={charset}")


def word(text: str, charset: str = "utf-8") -> str:
    """An encoded word of a header."""
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


def _bytes(value: bytes | str) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
