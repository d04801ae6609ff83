"""Has this database been prepared by this code? Preparing loads the whole site only to find, nearly always, that
nothing is to be done; comparing what both looked like afterwards takes a few hundredths of a second.

Both, because either may be exchanged: by an upgrade, another DATABASE_URL, a restored backup, an emptied table.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

CODE = (
    "accounts",
    "cases",
    "consultations",
    "events",
    "kyodo",
    "spaces",
    "static",
    "deploy/requirements.txt",
)
STATE_OF_DATABASE = """
    SELECT (SELECT system_identifier FROM pg_control_system()), 'django_migrations'::regclass::oid,
           (SELECT count(*) FROM django_migrations), to_regclass('kyodo_cache') IS NOT NULL,
           EXISTS (SELECT FROM centre_centre), EXISTS (SELECT FROM spaces_space), EXISTS (SELECT FROM accounts_user)
"""


def is_done(wish: str) -> bool:
    """True when nothing has changed since the last preparation, which was made with the same wish."""
    try:
        state = _state(wish)
    except psycopg.errors.UndefinedTable:
        return False
    return _note().exists() and _note().read_text() == state


def remember(wish: str) -> None:
    _note().write_text(_state(wish))


def _note() -> Path:
    return Path(settings.VAR) / "prepared"


def _state(wish: str) -> str:
    static = Path(settings.STATIC_ROOT).exists() and settings.STATIC_ROOT
    told = f"{wish}\n{settings.DEBUG} {static}\n{_state_of_database()}\n{_state_of_code()}"
    return hashlib.sha256(told.encode()).hexdigest()


def _state_of_code() -> str:
    return "\n".join(sorted(_files()))


def _files() -> Iterator[str]:
    for name in CODE:
        place = Path(settings.BASE_DIR) / name
        if place.is_file():
            yield _line(place)
        for folder, inner, files in os.walk(place):
            inner[:] = [one for one in inner if one != "__pycache__"]
            yield from (_line(Path(folder) / file) for file in files)


def _line(path: Path) -> str:
    status = path.stat()
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def _state_of_database() -> object:
    with psycopg.connect(**_address(), connect_timeout=10) as connection:
        return connection.execute(STATE_OF_DATABASE).fetchone()


def _address() -> dict[str, Any]:
    """The same that Django's backend would make of the settings."""
    default: dict[str, Any] = settings.DATABASES["default"]
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    given = {parameter: default[key] for key, parameter in names.items() if default.get(key)}
    options: dict[str, Any] = default.get("OPTIONS", {})
    return given | options
