"""The way out of the house: SMTP, a provider by anymail, or .eml files in development; chosen by KYODO_EMAIL_URL."""

import smtplib
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend as DjangoSMTPBackend

from kyodo import addresses, clock

TIMEOUT_SECONDS = 30
END_OF_MESSAGE = b"\r\n.\r\n"
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
SMTP_AUTHENTICATION_FAILED = 535
# A provider that is busy, or whose key staff must mend: the mails wait.
PASSING_ANSWERS = (401, 403, 429)


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt. Neither sent nor passing: failed for good."""

    is_sent: bool = False
    is_passing: bool = False
    is_uncertain: bool = False
    error: str = ""
    provider_id: str = ""
    """How the provider that took it names it."""


class NoAnswer(Exception):
    """The whole message was handed over, and no answer came: it may have been accepted."""


class _SMTPMixin:
    """Notices whether the last dot of the message had left when the line broke; quotes what only quotes make valid."""

    handed_over = False

    def rcpt(self, recip: str, options: Any = ()) -> tuple[int, bytes]:
        """Django reads the address out of its quotes on the way here, and nothing puts them back."""
        return super().rcpt(addresses.on_the_wire(recip), options)  # type: ignore[misc, no-any-return]

    def send(self, s: Any) -> None:
        super().send(s)  # type: ignore[misc]
        if isinstance(s, bytes) and s.endswith(END_OF_MESSAGE):
            self.handed_over = True

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handed_over = False
        try:
            return super().data(msg)  # type: ignore[misc, no-any-return]
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if self.handed_over:
                raise NoAnswer(str(error)) from error
            raise


class _SMTP(_SMTPMixin, smtplib.SMTP):
    pass


class _SMTPoverTLS(_SMTPMixin, smtplib.SMTP_SSL):
    pass


class SMTPBackend(DjangoSMTPBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SMTPoverTLS if self.use_ssl else _SMTP


class FileBackend(BaseEmailBackend):
    """Development: every mail is a file that mail programmes open. Renamed when whole."""

    def send_messages(self, email_messages: Any) -> int:
        directory = Path(settings.MAIL_DIRECTORY)
        directory.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = message.extra_headers["Message-ID"].strip("<>").split("@")[0]
            path = directory / f"{clock.now():%Y%m%d-%H%M%S}-{name}.eml"
            fresh = path.with_suffix(".new")
            fresh.write_bytes(message.message().as_bytes())
            fresh.rename(path)
        return len(email_messages)


def is_smtp() -> bool:
    """Then the envelope is ours to write; a provider writes its own, and tells us otherwise what became of a mail."""
    return urlsplit(settings.EMAIL_URL).scheme in ("smtp", "smtps")


def open_backend() -> Any:
    """The backend that KYODO_EMAIL_URL names."""
    url = settings.EMAIL_URL
    if not url:
        return FileBackend()
    parts = urlsplit(url)
    if parts.scheme == "anymail":
        return get_connection(f"anymail.backends.{parts.path}.EmailBackend")
    if parts.scheme not in ("smtp", "smtps"):
        raise ImproperlyConfigured("KYODO_EMAIL_URL must start with smtp://, smtps:// or anymail:")
    is_local = parts.hostname in THIS_MACHINE
    wants_tls = parse_qs(parts.query).get("tls", ["0" if is_local else "1"])[0] == "1"
    return SMTPBackend(
        host=parts.hostname or "localhost",
        port=parts.port or (465 if parts.scheme == "smtps" else 587),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=parts.scheme == "smtps",
        use_tls=parts.scheme == "smtp" and wants_tls,
        timeout=TIMEOUT_SECONDS,
    )


def deliver(message: EmailMessage) -> Outcome:
    """Hand one message over, once."""
    try:
        backend = open_backend()
        backend.open()
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing has left yet
        return Outcome(is_passing=True, error=_describe(error))
    try:
        backend.send_messages([message])
    except Exception as error:  # noqa: BLE001 - staff must see every failure
        return _judge(error)
    finally:
        _close(backend)
    return Outcome(is_sent=True, provider_id=_provider_id(message))


def _provider_id(message: EmailMessage) -> str:
    """A mail of ours has one recipient, so a provider gives it one name."""
    status = getattr(message, "anymail_status", None)
    given = getattr(status, "message_id", None)
    return given if isinstance(given, str) else ""


def _close(backend: Any) -> None:
    """The message is accepted by now; a rude goodbye changes nothing."""
    try:
        backend.close()
    except (smtplib.SMTPException, OSError):
        return


def _judge(error: Exception) -> Outcome:
    text = _describe(error)
    if isinstance(error, NoAnswer):
        return Outcome(is_uncertain=True, error=text)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _message in error.recipients.values()]
        return Outcome(is_passing=all(_is_passing(code) for code in codes), error=text)
    if isinstance(error, smtplib.SMTPResponseException):
        return Outcome(is_passing=_is_passing(error.smtp_code), error=text)
    if isinstance(error, AnymailError):
        return _judge_provider(error)
    if isinstance(error, (smtplib.SMTPServerDisconnected, socket.gaierror, ssl.SSLError, OSError)):
        return Outcome(is_passing=True, error=text)
    return Outcome(error=text)


def _judge_provider(error: AnymailError) -> Outcome:
    text = _describe(error)
    if isinstance(error.__cause__, requests.RequestException):
        # The line to the provider broke; only before the connection stood can nothing have been accepted.
        before_sending = isinstance(error.__cause__, requests.exceptions.ConnectTimeout)
        return Outcome(is_passing=before_sending, is_uncertain=not before_sending, error=text)
    status = getattr(error, "status_code", None)
    if status is not None:
        return Outcome(is_passing=status >= 500 or status in PASSING_ANSWERS, error=text)  # noqa: PLR2004
    return Outcome(error=text)


def _is_passing(code: int) -> bool:
    """4xx: try later. A refused sign-in is a setting that staff mend; the mails wait for it."""
    return 400 <= code < 500 or code in (-1, SMTP_AUTHENTICATION_FAILED)


def _describe(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]
