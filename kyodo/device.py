"""Which browser this is, and who has signed in with it: a signed cookie that outlasts the session.

It gives no right to anything. It tells the owner of an account from a stranger when passwords are guessed
(accounts.adapter), and whose words a form held when the session ended (kyodo.unsent).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE = "kyodo_device"
SALT = "kyodo.device"
DAYS = 365
# A desk that many share remembers so many of them, the last one first.
MOST_PEOPLE = 20


@dataclass(frozen=True)
class Device:
    key: str
    people: tuple[int, ...] = ()

    @property
    def last_person(self) -> int | None:
        return self.people[0] if self.people else None

    def knows(self, person: int | None) -> bool:
        return person in self.people


def device(request: HttpRequest) -> Device | None:
    """None where nobody has signed in, or the cookie is not ours."""
    try:
        value = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=timedelta(days=DAYS))
    except signing.BadSignature:
        return None
    return Device(value["key"], tuple(value["people"]))


def last_person(request: HttpRequest) -> int | None:
    known = device(request)
    return known.last_person if known else None


class DeviceMiddleware:
    """Remembers in the browser who is signed in there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Without a session nobody is signed in, and the page need not differ by who looks at it.
        if request.session.session_key and request.user.is_authenticated:
            _remember(request, response, request.user.pk)
        return response


def _remember(request: HttpRequest, response: HttpResponse, person: int) -> None:
    known = device(request)
    if known and known.last_person == person:
        return
    key = known.key if known else secrets.token_hex(8)
    others = [other for other in known.people if other != person] if known else []
    response.set_cookie(
        COOKIE,
        signing.dumps({"key": key, "people": [person, *others][:MOST_PEOPLE]}, salt=SALT),
        max_age=timedelta(days=DAYS),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
