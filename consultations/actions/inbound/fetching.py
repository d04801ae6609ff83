"""Mails that we fetch ourselves: from a folder of .eml files, and from an IMAP mailbox."""

import imaplib
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from consultations.actions.inbound import receiving
from consultations.models import InboundMail

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 50
TIMEOUT_SECONDS = 30
TLS_PORT, PLAIN_PORT = 993, 143


def take_from_directory() -> int:
    """Each .eml file of the folder goes to done/ once it is kept, and to failed/ where it could not be read.

    Whoever writes files there gives them their name when they are whole.
    """
    folder = Path(settings.INBOUND_DIRECTORY)
    found = sorted(folder.glob("*.eml"))[:MOST_AT_ONCE] if folder.is_dir() else []
    for file in found:
        try:
            inbound = receiving.receive(file.read_bytes())
        except FileNotFoundError:
            continue
        is_read = inbound.why_queued != InboundMail.Why.UNREAD
        _move(file, folder / ("done" if is_read else "failed"))
    return len(found)


def _move(file: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    target = folder / file.name
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{file.stem}-{number}{file.suffix}"
    file.rename(target)


class Mailbox(NamedTuple):
    """imaps://user:password@host:993/folder"""

    is_encrypted: bool
    host: str
    port: int
    user: str
    password: str
    folder: str


def mailbox_of(url: str) -> Mailbox:
    parts = urlsplit(url)
    is_here = parts.hostname in ("127.0.0.1", "localhost")
    if not parts.hostname or not (parts.scheme == "imaps" or (parts.scheme == "imap" and is_here)):
        raise ImproperlyConfigured("KYODO_INBOUND_URL must be imaps://user:password@host/folder")
    is_encrypted = parts.scheme == "imaps"
    return Mailbox(
        is_encrypted,
        parts.hostname,
        parts.port or (TLS_PORT if is_encrypted else PLAIN_PORT),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        unquote(parts.path.strip("/")) or "INBOX",
    )


def take_from_mailbox() -> int:
    """Every unread mail of the mailbox; read is marked only what is in our database. Nothing is deleted there."""
    if not settings.INBOUND_URL:
        return 0
    with _open(mailbox_of(settings.INBOUND_URL)) as server:
        _kind, (numbers,) = server.uid("SEARCH", "UNSEEN")
        found = (numbers or b"").split()[:MOST_AT_ONCE]
        for number in found:
            _kind, answer = server.uid("FETCH", number.decode(), "(BODY.PEEK[])")
            content = next((piece[1] for piece in answer if isinstance(piece, tuple)), None)
            if content is not None:
                receiving.receive(content)
                server.uid("STORE", number.decode(), "+FLAGS", r"(\Seen)")
    return len(found)


@contextmanager
def _open(mailbox: Mailbox) -> "Iterator[imaplib.IMAP4]":
    server = (
        imaplib.IMAP4_SSL(
            mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS, ssl_context=ssl.create_default_context()
        )
        if mailbox.is_encrypted
        else imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS)
    )
    with server:
        server.login(mailbox.user, mailbox.password)
        kind, _answer = server.select(f'"{mailbox.folder}"')
        if kind != "OK":
            raise ImproperlyConfigured("KYODO_INBOUND_URL names a folder that is not there.")
        yield server
