"""A mail's bytes read into what we need of it. Nothing here looks into the database.

Read by the plain, older policy of Python's parser: the newer one raises on some headers that real mails have.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

from consultations.rules.inbound import automatic, charsets, markup, quotes
from consultations.rules.inbound.headers import header, header_lines

LONGEST_TEXT = 100_000
"""Characters of a mail's text that are kept beside its bytes; more than any letter has."""
LONGEST_MARKUP = 500_000
MOST_PARTS = 200
# Where servers write for whom a mail really was, whatever its To says.
# The first of them is what `with_envelope` adds.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
INSIDE = "message/rfc822"


@dataclass(frozen=True)
class Part:
    """A file of a mail, not yet judged."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """A mail, read."""

    sender: str
    recipients: tuple[str, ...]
    """Addresses in the order in which we believe them."""
    subject: str
    text: str
    message: str
    """What the person wrote themselves."""
    parts: tuple[Part, ...]
    nature: str
    """An InboundMail.Why where no person wrote it, else empty."""


def key_of(content: bytes) -> str:
    """Tells a mail given to us twice: its Message-ID with what is in it. Some scanners send one ID for ever.

    A mail to two of our addresses comes twice, and is meant twice.
    """
    digest = hashlib.sha256()
    try:
        mail = message_from_bytes(content)
        digest.update(header(mail, ADDRESSED[0]).lower().encode())
        for part in _leaves(mail):
            digest.update(_bytes_of(part))
        name = header(mail, "Message-ID").strip("<>")
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is kept
        digest.update(content)
        name = ""
    return f"{name[:240]} {digest.hexdigest()[:40]}".strip()


def with_envelope(content: bytes, *, sender: str | None, recipient: str | None) -> bytes:
    """The mail as a server would store it: with whom it came from and for whom it was on top."""
    top = b""
    if sender is not None:
        top += b"Return-Path: <" + _one_line(sender) + b">\n"
    if recipient:
        top += b"Delivered-To: " + _one_line(recipient) + b"\n"
    return top + content


def _one_line(value: str) -> bytes:
    return "".join(sign for sign in value if sign.isprintable()).strip("<> ").encode()


def read(content: bytes) -> Letter:
    mail = message_from_bytes(content)
    texts: list[str] = []
    parts: list[Part] = []
    for part in _leaves(mail):
        if _is_text(part):
            texts.append(_text(part))
        else:
            parts.append(_file(part))
    text = "\n".join(texts).strip()[:LONGEST_TEXT]
    sender = next(iter(_addresses(mail, "From")), "")
    return Letter(
        sender=sender,
        recipients=_recipients(mail),
        subject=" ".join(header(mail, "Subject").split())[:300],
        text=text,
        message=quotes.own_words(text),
        parts=tuple(parts),
        nature=automatic.nature_of(mail, sender=sender),
    )


def recipients_of(content: bytes) -> tuple[str, ...]:
    """For whom a mail is, where the rest of it can't be read."""
    return _recipients(message_from_bytes(content))


def _recipients(mail: "Message[str, str]") -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for name in ADDRESSED for one in _addresses(mail, name)))


def _addresses(mail: "Message[str, str]", name: str) -> list[str]:
    return [
        address.strip()[:254] for _name, address in getaddresses(header_lines(mail, name)) if "@" in address
    ]


def _leaves(mail: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """The parts that hold something; of two forms of one text the plain one. A mail inside a mail is one file."""
    waiting = [mail]
    for _count in range(MOST_PARTS):
        if not waiting:
            return
        part = waiting.pop(0)
        inner = _inside(part)
        if not inner or part.get_content_type() == INSIDE:
            yield part
        elif part.get_content_type() == "multipart/alternative":
            waiting = [*_best_of(inner), *waiting]
        else:
            waiting = [*inner, *waiting]


def _inside(part: "Message[str, str]") -> "list[Message[str, str]]":
    found = part.get_payload()
    return [one for one in found if isinstance(one, Message)] if isinstance(found, list) else []


def _best_of(forms: "list[Message[str, str]]") -> "list[Message[str, str]]":
    """The plain text where it says anything, else the HTML; an invitation to a calendar comes along as a file."""
    plain = [form for form in forms if form.get_content_type() == "text/plain" and _text(form).strip()]
    rest = [form for form in forms if form.get_content_type() != "text/plain"]
    if not plain:
        return rest or forms
    return [plain[0], *(form for form in rest if form.get_content_type() == "text/calendar")]


def _is_text(part: "Message[str, str]") -> bool:
    is_file = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    return part.get_content_type() in ("text/plain", "text/html") and not is_file


def _text(part: "Message[str, str]") -> str:
    charset = part.get_param("charset")
    words = charsets.decode(_bytes_of(part), str(charset) if isinstance(charset, str) else None)
    return markup.text_of(words[:LONGEST_MARKUP]) if part.get_content_type() == "text/html" else words


def _file(part: "Message[str, str]") -> Part:
    name = charsets.repair(str(part.get_filename() or ""))
    return Part(_readable(name), part.get_content_type(), _bytes_of(part))


def _readable(name: str) -> str:
    """Japanese mailers write names of files as words of a header, which the standard for names does not know."""
    if "=?" not in name:
        return name
    plain: Message[str, str] = Message()
    plain["Subject"] = name
    return header(plain, "Subject")


def _bytes_of(part: "Message[str, str]") -> bytes:
    if inner := _inside(part):
        return b"".join(one.as_bytes() for one in inner)
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""
