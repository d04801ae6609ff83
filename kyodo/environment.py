"""Strict readers of environment variables: a wrong value stops the start and says which variable to mend."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def load_file(path: Path) -> None:
    """Take KEY=VALUE lines of a .env file; what the environment already says wins."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        key, separator, value = line.strip().partition("=")
        if separator and not key.startswith("#"):
            os.environ.setdefault(key.strip(), value.strip())


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default)


def boolean(name: str, default: bool = False) -> bool:
    value = os.environ.get(name)
    if value is None:
        return default
    if value.lower() in TRUE:
        return True
    if value.lower() in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def integer(name: str, default: int, *, at_least: int | None = None) -> int:
    value = os.environ.get(name, "")
    try:
        number = int(value) if value else default
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error
    if at_least is not None and number < at_least:
        raise ImproperlyConfigured(f"{name} must be {at_least} or more, not {number}.")
    return number


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def socket_address(name: str) -> tuple[str, int] | str:
    """Where a service listens, as Python's sockets take it: (host, port), or the path of its socket; empty for none."""
    value = text(name)
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path.strip("/"):
            return parts.hostname, parts.port
        if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
            return parts.path
    except ValueError as error:
        raise ImproperlyConfigured(_no_address(name, value)) from error
    raise ImproperlyConfigured(_no_address(name, value))


def _no_address(name: str, value: str) -> str:
    return f"{name} must be tcp://host:port or unix:///path, not {value!r}."
