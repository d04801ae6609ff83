"""How often one person or address may do something: counted in PostgreSQL, exact however many processes count.

    @ratelimit.limit("registration", times=10, seconds=3600)
    def register(request): ...

A window begins with the first attempt. One statement counts and answers, so that no two attempts see the same count.
"""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kyodo import clock
from kyodo.models import Attempts

View = Callable[..., HttpResponse]
# A provider gives each customer a network of this size: its addresses are one visitor.
IPV6_NETWORK = 64

COUNT = """
    INSERT INTO kyodo_attempts (key, count, ends_at) VALUES (%(key)s, 1, %(now)s + make_interval(secs => %(seconds)s))
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN kyodo_attempts.ends_at <= %(now)s THEN 1 ELSE kyodo_attempts.count + 1 END,
        ends_at = CASE WHEN kyodo_attempts.ends_at <= %(now)s THEN excluded.ends_at ELSE kyodo_attempts.ends_at END
    RETURNING count
"""


def allow(*who_and_what: object, times: int, seconds: int) -> bool:
    """Count one attempt; False when it is one too many in its window."""
    text = "\x1f".join(str(part) for part in who_and_what)
    key = hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "now": clock.now(), "seconds": seconds})
        return bool(cursor.fetchone()[0] <= times)


def allow_request(request: HttpRequest, what: str, *, times: int, seconds: int) -> bool:
    """The same for the person signed in, or the address where nobody is."""
    if request.user.is_authenticated:
        return allow(what, "person", request.user.pk, times=times, seconds=seconds)
    return allow_address(request, what, times=times, seconds=seconds)


def allow_address(request: HttpRequest, what: str, *, times: int, seconds: int) -> bool:
    """The same for the address alone, where no session is to be opened."""
    return allow(what, "address", visitor(request), times=times, seconds=seconds)


def limit(
    what: str, *, times: int, seconds: int, methods: Collection[str] = ("POST",)
) -> Callable[[View], View]:
    """Answer 429 to whoever sends a form more often than `times` in `seconds`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            counts = request.method in methods
            if counts and not allow_request(request, what, times=times, seconds=seconds):
                return too_many(request, seconds=seconds)
            return view(request, *args, **kwargs)

        return limited

    return decorate


def too_many(request: HttpRequest, *, seconds: int) -> HttpResponse:
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(seconds)
    return response


def visitor(request: HttpRequest) -> str:
    """The visitor's network: the connection's address, or the nth from the right that trusted proxies wrote."""
    address = str(request.META.get("REMOTE_ADDR", ""))
    proxies = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    if proxies and len(forwarded) >= proxies:
        address = forwarded[-proxies]
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:  # noqa: PLR2004
        return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
    return str(parsed)


def forget_old() -> int:
    deleted, _by_model = Attempts.objects.filter(ends_at__lt=clock.now()).delete()
    return deleted
