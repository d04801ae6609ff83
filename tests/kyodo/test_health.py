import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries


@pytest.mark.django_db
def test_alive_asks_nothing_of_the_database(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_with_a_worker_that_beats(client: Client) -> None:
    beat("now()")

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "migrations": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_not_ready_when_the_worker_fell_silent(client: Client) -> None:
    beat("now() - interval '2 minutes'")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["worker"]) == (503, "failed")


@pytest.mark.django_db
def test_not_ready_with_a_migration_to_do(client: Client) -> None:
    beat("now()")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'mail'")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["migrations"]) == (503, "failed")


def beat(moment: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({moment})")  # noqa: S608
