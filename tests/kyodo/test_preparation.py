"""A start prepares nothing when nothing has changed, and never trusts its note about another database or other code."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from kyodo import preparation

pytestmark = pytest.mark.django_db(transaction=True)
WISH = "yokohama --demo"


@pytest.fixture(autouse=True)
def _prepared(settings: Settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path / "var"
    settings.BASE_DIR = tmp_path / "code"
    (tmp_path / "var").mkdir()
    (tmp_path / "code" / "spaces" / "migrations").mkdir(parents=True)
    assert not preparation.is_done(WISH)
    preparation.remember(WISH)


def test_what_is_prepared_is_not_prepared_again() -> None:
    assert preparation.is_done(WISH)


def test_another_wish_is_prepared() -> None:
    assert not preparation.is_done("matsue")


def test_new_code_is_prepared(tmp_path: Path) -> None:
    (tmp_path / "code" / "spaces" / "migrations" / "0002_more.py").touch()

    assert not preparation.is_done(WISH)


def test_a_database_with_other_migrations_is_prepared() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('spaces', '9999_later', now())"
        )
    try:
        assert not preparation.is_done(WISH)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def test_an_empty_database_is_prepared() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_migrations RENAME TO set_aside")
    try:
        assert not preparation.is_done(WISH)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE set_aside RENAME TO django_migrations")
