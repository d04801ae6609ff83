"""Everything people entered, in one folder, and back: the database (pg_dump's own format) and the files.

kyodo-20261121-031500/
    database.dump   what pg_restore reads
    files.tar       uploaded files
    manifest.json   when, from which PostgreSQL, and the checksum of both
"""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from kyodo import clock, database

DUMP, FILES, MANIFEST = "database.dump", "files.tar", "manifest.json"
CHUNK = 1024 * 1024


class BackupError(Exception):
    """What went wrong, in a sentence for the person who called."""


@dataclass(frozen=True)
class Client:
    """PostgreSQL's own programs, and how they reach the database. The password goes by the environment."""

    folder: Path

    def run(self, program: str, *arguments: str, **options: Any) -> None:
        done = subprocess.run(
            [str(self.folder / program), *arguments],
            env={"PATH": os.environ.get("PATH", "")} | _connection_environment(),
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            **options,
        )
        if done.returncode != 0:
            raise BackupError(f"{program} failed: {done.stderr.strip()[-1000:]}")


def backup(parent: Path) -> Path:
    """Write a new folder under `parent`; it has its name only when it is whole. The database first: every file that
    it names was there before, and is in the later copy of the files."""
    client = _client()
    name = f"kyodo-{clock.now():%Y%m%d-%H%M%S}"
    fresh = parent / f"{name}.new"
    fresh.mkdir(parents=True, mode=0o700)
    client.run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={fresh / DUMP}")
    with tarfile.open(fresh / FILES, "w") as archive:
        if Path(settings.MEDIA_ROOT).is_dir():
            archive.add(settings.MEDIA_ROOT, arcname="files")
    manifest = {
        "created_at": clock.now().isoformat(timespec="seconds"),
        "postgresql": _server_version(),
        "sha256": {part: _checksum(fresh / part) for part in (DUMP, FILES)},
    }
    (fresh / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return fresh.rename(parent / name)


def restore(source: Path, *, overwrite: bool = False) -> None:
    """Put a backup in the place of what is there: the database in one transaction, then the files."""
    check(source)
    if not overwrite and _has_tables():
        raise BackupError(
            "The database is not empty. Stop the site and add --overwrite to replace what is in it."
        )
    client = _client()
    script = source / "restore.sql.new"
    try:
        script.touch(mode=0o600)
        client.run("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source / DUMP))
        connection.close()
        client.run(
            "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
            "--command=SET lock_timeout = '30s'",
            "--command=DROP SCHEMA public CASCADE", "--command=CREATE SCHEMA public",
            f"--file={script}",
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
    finally:
        script.unlink(missing_ok=True)
    _restore_files(source / FILES)


def check(source: Path) -> None:
    try:
        manifest = json.loads((source / MANIFEST).read_text())
        damaged = [
            part for part, expected in manifest["sha256"].items() if _checksum(source / part) != expected
        ]
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(f"{source} is no whole backup: {error}") from error
    if damaged:
        raise BackupError(f"Damaged since it was written: {', '.join(damaged)}")


def delete_old(parent: Path, *, keep: int) -> list[Path]:
    """All but the newest `keep` backups."""
    found = sorted(path for path in parent.glob("kyodo-*") if path.is_dir() and path.suffix != ".new")
    old = found[:-keep] if keep else []
    for path in old:
        shutil.rmtree(path)
    return old


def _restore_files(archive_path: Path) -> None:
    """Beside the old ones first, then in their place, so that a break leaves one whole set."""
    place = Path(settings.MEDIA_ROOT)
    fresh, old = place.with_name(place.name + ".new"), place.with_name(place.name + ".old")
    for path in (fresh, old):
        shutil.rmtree(path, ignore_errors=True)
    with tarfile.open(archive_path) as archive:
        _unpack(archive, fresh)
    (fresh / "files").mkdir(parents=True, exist_ok=True)
    if place.exists():
        place.rename(old)
    place.parent.mkdir(parents=True, exist_ok=True)
    (fresh / "files").rename(place)
    for path in (fresh, old):
        shutil.rmtree(path, ignore_errors=True)


def _unpack(archive: tarfile.TarFile, folder: Path) -> None:
    """Files and folders only, and only below `folder`; the filter of tarfile is not in the Python 3.11.2 of Debian."""
    for member in archive:
        path = folder / member.name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BackupError(f"The archive of files would write outside its folder: {member.name}")
        if member.isdir():
            path.mkdir(parents=True, exist_ok=True)
        elif member.isfile() and (content := archive.extractfile(member)):
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                shutil.copyfileobj(content, file)
            path.chmod(member.mode & 0o666)


def _client() -> Client:
    """The programs of the server's own version where they are installed; a newer one writes what an older can't read."""
    major = _server_version() // 10_000
    places = [Path(f"/usr/lib/postgresql/{major}/bin"), Path(f"/usr/pgsql-{major}/bin")]
    if found := shutil.which("pg_dump"):
        places.append(Path(found).parent)
    if major == database.VERSION:
        places.append(database.programs())
    for place in places:
        if (place / "pg_dump").exists() and _major_of(place) == major:
            return Client(place)
    raise BackupError(
        f"Install PostgreSQL's client programs of version {major} (Debian: postgresql-client-{major})."
    )


def _major_of(folder: Path) -> int:
    """From "pg_dump (PostgreSQL) 15.18 (Debian ...)"."""
    said = subprocess.run(
        [str(folder / "pg_dump"), "--version"], capture_output=True, text=True, check=False
    ).stdout
    words = said.partition("(PostgreSQL)")[2].split()
    return int(words[0].split(".")[0]) if words else 0


def _connection_environment() -> dict[str, str]:
    default: dict[str, Any] = connection.settings_dict
    names = {
        "NAME": "PGDATABASE",
        "USER": "PGUSER",
        "PASSWORD": "PGPASSWORD",
        "HOST": "PGHOST",
        "PORT": "PGPORT",
    }
    values = {variable: str(default[key]) for key, variable in names.items() if default.get(key)}
    options = {f"PG{key.upper()}": str(value) for key, value in default.get("OPTIONS", {}).items()}
    return options | values


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


def _has_tables() -> bool:
    return bool(connection.introspection.table_names())


def _checksum(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
