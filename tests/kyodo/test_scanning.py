"""Every file is shown to a scanner where there is one; without its plain word that a file is clean, none is taken in."""

import logging
import socket
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from kyodo import environment, files, scanning
from kyodo.scanning import Verdict
from tests.kyodo.test_files import photo
from tests.scanner import EICAR, INFECTED_PDF, MEGABYTE, Scanner

PDF = b"%PDF-1.7\n%..."


def look(content: bytes = PDF) -> Verdict:
    return scanning.look(ContentFile(content))


def refusal_of(content: bytes) -> str:
    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("計画.pdf", content))
    return str(refusal.value.code)


# ── What it says ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_clean_file_is_taken_in_whole(scanner: Scanner) -> None:
    accepted = files.accept(SimpleUploadedFile("計画.pdf", PDF))

    assert accepted.content.read() == PDF
    assert scanner.seen == [PDF]


def test_an_infected_file_is_refused(scanner: Scanner) -> None:
    assert refusal_of(INFECTED_PDF) == "infected"


def test_a_picture_is_looked_at_as_it_came_and_not_as_it_is_drawn_anew(scanner: Scanner) -> None:
    assert refusal_of(photo() + EICAR) == "infected"


def test_what_we_don_t_take_is_not_shown_to_the_scanner(scanner: Scanner) -> None:
    assert refusal_of(b"<html>" + EICAR) == "file_type"
    assert scanner.seen == []


def test_without_a_scanner_nobody_is_asked(settings: Settings) -> None:
    settings.CLAMAV = ""

    assert files.accept(SimpleUploadedFile("計画.pdf", INFECTED_PDF)).content_type == files.PDF


def test_a_large_file_goes_over_in_many_pieces(scanner: Scanner) -> None:
    content = PDF + bytes(3 * MEGABYTE)

    assert look(content) == Verdict.CLEAN
    assert scanner.seen == [content]


# ── What it doesn't say ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"stream: OK",
        b"stream: Broken FOU",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"OK\0",
        b"PONG\0",
        b"stream: not OK\0",
        b"INSTREAM: Can't allocate memory ERROR\0",
        b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
        b"\xff\xfe\0",
        b"stream: " + b"O" * 5000,
    ],
)
def test_whatever_is_no_plain_answer_leaves_the_file_unchecked(scanner: Scanner, answer: bytes) -> None:
    scanner.answer = answer

    assert refusal_of(PDF) == "unchecked"


def test_a_word_given_before_the_whole_file_was_taken_counts_for_nothing(scanner: Scanner) -> None:
    scanner.answers_before_the_file, scanner.answer = True, b"stream: OK\0"

    assert look(PDF + bytes(8 * MEGABYTE)) == Verdict.UNCHECKED


def test_a_file_beyond_the_scanner_s_limit_is_refused_and_the_log_says_why(
    scanner: Scanner, caplog: pytest.LogCaptureFixture
) -> None:
    scanner.most_bytes = 100

    assert refusal_of(PDF + bytes(200)) == "unchecked"
    assert "size limit exceeded" in caplog.text


def test_a_silent_scanner_is_waited_for_no_longer_than_the_setting_says(
    scanner: Scanner, settings: Settings
) -> None:
    scanner.is_silent, settings.CLAMAV_SECONDS = True, 0.05

    assert refusal_of(PDF) == "unchecked"


def test_a_scanner_that_takes_nothing_is_not_waited_for_either(scanner: Scanner, settings: Settings) -> None:
    scanner.is_silent, settings.CLAMAV_SECONDS = True, 0.05

    assert look(bytes(20 * MEGABYTE)) == Verdict.UNCHECKED


@pytest.mark.usefixtures("no_scanner")
def test_no_file_is_taken_in_while_the_scanner_is_down() -> None:
    assert refusal_of(PDF) == "unchecked"


def test_a_socket_that_is_not_there_is_a_scanner_that_is_down(settings: Settings, tmp_path: Path) -> None:
    settings.CLAMAV = str(tmp_path / "clamd.ctl")

    assert look() == Verdict.UNCHECKED


def test_a_scanner_behind_a_socket_of_this_machine_is_asked(
    settings: Settings, passable_folder: Path
) -> None:
    settings.CLAMAV = str(passable_folder / "clamd.ctl")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(settings.CLAMAV)
        server.listen()
        settings.CLAMAV_SECONDS = 0.05

        assert look() == Verdict.UNCHECKED
        asked, _address = server.accept()
        with asked:
            assert asked.recv(10) == b"zINSTREAM\0"


def test_the_log_names_the_virus_and_nobody(scanner: Scanner, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)

    refusal_of(INFECTED_PDF)

    assert "Eicar-Test-Signature" in caplog.text
    assert "計画" not in caplog.text


# ── The setting ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("", ""),
        ("tcp://127.0.0.1:3310", ("127.0.0.1", 3310)),
        ("tcp://[::1]:3310", ("::1", 3310)),
        ("unix:///run/clamav/clamd.ctl", "/run/clamav/clamd.ctl"),
    ],
)
def test_an_address_is_read(monkeypatch: pytest.MonkeyPatch, value: str, address: object) -> None:
    monkeypatch.setenv("KYODO_CLAMAV", value)

    assert environment.socket_address("KYODO_CLAMAV") == address


@pytest.mark.parametrize(
    "value",
    [
        "127.0.0.1:3310",
        "tcp://127.0.0.1",
        "tcp://:3310",
        "tcp://a:99999",
        "unix://run/a",
        "http://a:1",
        "tcp://[a",
    ],
)
def test_an_address_that_leads_nowhere_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """A slip in it must not leave the site without a scanner."""
    monkeypatch.setenv("KYODO_CLAMAV", value)

    with pytest.raises(ImproperlyConfigured, match="KYODO_CLAMAV must be tcp://"):
        environment.socket_address("KYODO_CLAMAV")


# ── Whoever keeps the site running ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_site_is_ready_without_its_scanner_and_says_that_it_is_away(
    client: Client, no_scanner: None
) -> None:
    beat()

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert answer.json()["scanner"] == "failed"


@pytest.mark.django_db
def test_a_scanner_that_answers_is_named_too(client: Client, scanner: Scanner) -> None:
    beat()

    assert client.get("/readyz").json()["scanner"] == "ok"
    assert scanner.seen == []


def beat() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now())")


def warnings() -> list[str]:
    found = run_checks(include_deployment_checks=True)
    return [str(one.id) for one in found if str(one.id).startswith("kyodo.")]


def test_the_check_before_a_start_shows_the_scanner_the_largest_file_we_take(scanner: Scanner) -> None:
    assert warnings() == []
    assert [len(content) for content in scanner.seen] == [files.LARGEST]


def test_the_check_before_a_start_tells_of_too_small_a_limit(scanner: Scanner) -> None:
    scanner.most_bytes = files.LARGEST - 1

    assert warnings() == ["kyodo.W002"]


@pytest.mark.usefixtures("no_scanner")
def test_the_check_before_a_start_tells_of_a_scanner_that_is_down() -> None:
    assert warnings() == ["kyodo.W001"]


def test_the_check_before_a_start_asks_for_no_scanner(settings: Settings) -> None:
    settings.CLAMAV = ""

    assert warnings() == []
