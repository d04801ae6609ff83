"""What is too large for any form of ours is refused before it is read."""

import io

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from kyodo.body_size import MOST_FROM_A_PERSON, MOST_FROM_ANYBODY

pytestmark = pytest.mark.django_db


class Unread(io.RawIOBase):
    """A body that must not be touched."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("The body was read.")


def send(client: Client, size: int) -> int:
    """As a browser does, but only announced: Django would read it to look for the CSRF token."""
    answer = client.generic(
        "POST",
        reverse("account_login"),
        content_type="multipart/form-data; boundary=x",
        **{"CONTENT_LENGTH": str(size), "wsgi.input": Unread()},  # type: ignore[arg-type]
    )
    return answer.status_code


def test_a_visitor_sends_no_large_files_anywhere() -> None:
    assert send(Client(enforce_csrf_checks=True), MOST_FROM_ANYBODY + 1) == 413


def test_a_person_sends_papers_but_not_without_end(client: Client, citizen: User) -> None:
    client.force_login(citizen)
    assert send(client, MOST_FROM_A_PERSON + 1) == 413
    assert send(client, MOST_FROM_ANYBODY + 1) != 413
