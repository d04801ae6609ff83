"""The embedded PostgreSQL: a real server for each test, in folders that have kept others from starting."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from kyodo import database
from kyodo.database import Embedded

ROOT = Path(__file__).resolve().parents[2]
HOLD = """
import sys
from pathlib import Path
from kyodo.database import Embedded
Embedded(Path(sys.argv[1])).start()
print("holds", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def server(passable_folder: Path) -> Iterator[Embedded]:
    embedded = Embedded(passable_folder / "postgres")
    yield embedded
    stop(embedded)


def stop(embedded: Embedded) -> None:
    embedded.leave()
    assert not embedded.is_running()


def answer(embedded: Embedded, query: str = "SELECT 1") -> object:
    connection = psycopg.connect(host=str(embedded.socket), user="kyodo", dbname="kyodo", autocommit=True)
    try:
        cursor = connection.execute(query)
        return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()


def pid(embedded: Embedded) -> int:
    return int((embedded.data / "postmaster.pid").read_text().split("\n", 1)[0])


@pytest.mark.parametrize("folder", ["with a space", "日本語", "x" * 200 + "/" + "y" * 200, "it's & (more)"])
def test_it_starts_under_any_path(folder: str, passable_folder: Path) -> None:
    embedded = Embedded(passable_folder / folder / "postgres")
    embedded.start()
    try:
        assert answer(embedded) == (1,)
        assert len(str(embedded.socket / ".s.PGSQL.5432")) < 104
    finally:
        stop(embedded)


def test_a_second_start_finds_what_was_kept(server: Embedded) -> None:
    server.start()
    answer(server, "CREATE TABLE kept AS SELECT 7 AS number")
    stop(server)

    server.start()

    assert answer(server, "SELECT number FROM kept") == (7,)


def test_the_last_to_leave_stops_it(server: Embedded) -> None:
    first, second = hold(server), hold(server)

    leave(first)
    running_for_the_second = server.is_running()
    leave(second)

    assert running_for_the_second
    assert not server.is_running()


def test_a_killed_holder_counts_no_more(server: Embedded) -> None:
    killed = hold(server)
    killed.kill()
    close(killed)

    server.start()
    stop(server)

    assert not server.is_running()


def test_a_killed_server_comes_back_with_what_was_committed(server: Embedded) -> None:
    server.start()
    answer(server, "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(pid(server), signal.SIGKILL)
    deadline = time.monotonic() + 30
    while server.is_running() and time.monotonic() < deadline:
        time.sleep(0.1)  # the kernel takes its time to bury it

    brought_back = server.restart_if_down()

    assert brought_back
    assert answer(server, "SELECT number FROM kept") == (7,)
    assert not server.restart_if_down()


def test_a_number_gone_to_another_process_does_not_stand_in_the_way(server: Embedded) -> None:
    server.start()
    stop(server)
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")

    server.start()

    assert answer(server) == (1,)
    assert pid(server) != os.getpid()


def test_a_temporary_folder_that_was_swept_does_not_stand_in_the_way(server: Embedded) -> None:
    server.start()
    for path in server.socket.iterdir():
        path.unlink()

    server.start()

    assert answer(server) == (1,)


def test_data_of_another_version_are_left_alone(server: Embedded) -> None:
    server.start()
    stop(server)
    (server.data / "PG_VERSION").write_text("17\n")

    with pytest.raises(RuntimeError, match="belongs to PostgreSQL 17"):
        server.start()


def test_a_start_that_was_killed_half_way_begins_anew(server: Embedded) -> None:
    half = server.directory / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")

    server.start()

    assert answer(server) == (1,)


def test_it_never_runs_as_root(server: Embedded) -> None:
    server.start()

    assert Path(f"/proc/{pid(server)}").stat().st_uid != 0
    assert server.data.stat().st_uid != 0


def test_nobody_else_reaches_it(server: Embedded) -> None:
    server.start()

    assert server.socket.stat().st_mode & 0o077 == 0
    assert answer(server, "SHOW listen_addresses") == ("",)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u:p%40w@db.example.jp:5433/kyodo", ("kyodo", "u", "p@w", "db.example.jp", "5433", {})),
        ("postgresql:///kyodo?host=/run/postgresql", ("kyodo", "", "", "/run/postgresql", "", {})),
        ("postgres://u@h/kyodo?sslmode=require", ("kyodo", "u", "", "h", "", {"sslmode": "require"})),
    ],
)
def test_an_address_is_taken_apart(url: str, expected: tuple[object, ...]) -> None:
    assert tuple(database.from_url(url).values()) == expected


@pytest.mark.parametrize(
    "url",
    ["mysql://localhost/kyodo", "kyodo", "postgres://u@h", "postgres://u@h:port/kyodo", "postgres://[/kyodo"],
)
def test_an_address_that_names_no_database_of_ours_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL .* looks like postgres://"):
        database.from_url(url)


def hold(embedded: Embedded) -> "subprocess.Popen[bytes]":
    """Another process that uses the server."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(embedded.directory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stdout.readline() == b"holds\n"
    return process


def leave(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin
    process.stdin.close()
    close(process)


def close(process: "subprocess.Popen[bytes]") -> None:
    process.wait(60)
    deadline = time.monotonic() + 5
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    for pipe in (process.stdin, process.stdout):
        if pipe and not pipe.closed:
            pipe.close()
