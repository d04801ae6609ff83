"""A log line of production, made of errors as the real database words them."""

import json
import logging
import sys
from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Group, User
from kyodo import logs

# By name only, below: a traceback holds the lines of the program.
MAIL, NAME, PHONE = "himitsu@example.jp", "ひみつ 花子", "090-1234"
SECRETS = ("himitsu", "ひみつ", "090-1234")


def logged(message: str, *args: object, error: BaseException | None = None) -> str:
    """The line as it would stand in the log, with the traceback of the error."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("kyodo", logging.ERROR, __file__, 1, message, args, exc_info)
    line = logs.Formatter("%(levelname)s %(message)s").format(record)
    return str(json.dumps(json.loads(line), ensure_ascii=False))


def same_address_twice() -> None:
    for _ in range(2):
        User.objects.create(email=MAIL)


def row_that_is_refused() -> None:
    User.objects.create(email=MAIL, name=NAME, phone=PHONE, role="ward")


def no_number() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_user WHERE id = %s::text::bigint", [NAME + MAIL])


def no_date() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text::date", ["2026-99-99 " + PHONE])


def quoted_in_the_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s, nothing", [NAME])


def text_too_long() -> None:
    User.objects.create(email=MAIL, phone=PHONE * 10)


def empty_where_needed() -> None:
    Group.objects.create(number="1", name=NAME, contact_phone=PHONE)


MISTAKES = [
    same_address_twice,
    row_that_is_refused,
    no_number,
    no_date,
    quoted_in_the_statement,
    text_too_long,
    empty_where_needed,
]


@pytest.mark.django_db
@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_refusal_of_the_database_names_its_rule_and_nobodys_values(mistake: Callable[[], None]) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        mistake()

    for line in (
        logged("予約でつまずきました", error=refusal.value),
        logged("予約でつまずきました: %s", refusal.value),
    ):
        assert not [secret for secret in SECRETS if secret in line]
        assert "予約でつまずきました" in line


@pytest.mark.django_db
def test_the_name_of_the_constraint_and_both_tracebacks_stay() -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        same_address_twice()

    line = logged("x", error=refusal.value)

    assert 'constraint \\"user_email_unique\\"' in line
    assert "The above exception was the direct cause" in line
    assert line.count("Traceback (most recent call last)") == 2


@pytest.mark.django_db
def test_a_row_with_blank_lines_in_it_is_cut_as_a_whole() -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic():
        User.objects.create(email=MAIL, name="一\n\n" + NAME, role="ward")

    assert "ひみつ" not in logged("x", error=refusal.value)


def test_a_mail_address_is_cut_wherever_it_stands() -> None:
    try:
        raise ValueError(f"550 <hanako+{MAIL}>: no such user")
    except ValueError:
        line = logged("to %s", MAIL, error=sys.exc_info()[1])

    assert "himitsu" not in line
    assert "no such user" in line


@pytest.mark.parametrize(
    "page", ["/feeds/himitsu.ics", "/invitations/himitsu/", "/accounts/password/reset/key/himitsu/"]
)
def test_an_address_that_is_a_key_is_cut(page: str) -> None:
    assert "himitsu" not in logged("Not Found: %s", page)


def test_other_fields_of_a_line_stay_as_they_are() -> None:
    record = logging.LogRecord("kyodo", logging.INFO, __file__, 1, "3件", (), None)
    record.status_code = 200

    assert json.loads(logs.Formatter("%(message)s").format(record)) == {"message": "3件", "status_code": 200}
