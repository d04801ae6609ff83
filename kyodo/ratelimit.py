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
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kyodo import clock
from kyodo.models import Attempts

View = Callable[..., HttpResponse]
# A provider gives each customer a network of this size: its addresses are one visitor.
IPV6_NETWORK = 64
# What one who rents addresses has at hand together.
WIDE_NETWORKS = {4: 24, 6: 48}

COUNT = """
    INSERT INTO kyodo_attempts (key, count, ends_at) VALUES (%(key)s, 1, %(now)s + make_interval(secs => %(seconds)s))
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN kyodo_attempts.ends_at <= %(now)s THEN 1 ELSE kyodo_attempts.count + 1 END,
        ends_at = CASE WHEN kyodo_attempts.ends_at <= %(now)s THEN excluded.ends_at ELSE kyodo_attempts.ends_at END
    RETURNING count
"""


def allow(*who_and_what: object, times: int, seconds: int) -> bool:
    """Count one attempt; False when it is one too many in its window."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": _key(who_and_what), "now": clock.now(), "seconds": seconds})
        return bool(cursor.fetchone()[0] <= times)


def take_back(*who_and_what: object) -> None:
    """One attempt was none after all."""
    Attempts.objects.filter(pk=_key(who_and_what), count__gt=0).update(count=F("count") - 1)


def forget(*who_and_what: object) -> None:
    Attempts.objects.filter(pk=_key(who_and_what)).delete()


def _key(who_and_what: tuple[object, ...]) -> str:
    text = "\x1f".join(str(part) for part in who_and_what)
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


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
    """Says when it goes on, and keeps what was typed behind a button that sends it once more.

    Files can't be kept so, and a form sent again without them would be another one.
    """
    typed = (
        [] if request.FILES else [(name, value) for name, values in request.POST.lists() for value in values]
    )
    context = {
        "minutes": -(-seconds // 60),
        "typed": [(name, value) for name, value in typed if name != "csrfmiddlewaretoken"],
    }
    response = render(request, "429.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response


def visitor(request: HttpRequest) -> str:
    """Whom a limit counts as one: the address, and of IPv6 the network that a provider gives to one customer."""
    found = address(request)
    parsed = _parsed(found)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, IPV6_NETWORK), strict=False))
    return found


def network(request: HttpRequest) -> str:
    """The neighbourhood of the address: whoever guesses moves within it first."""
    parsed = _parsed(address(request))
    if parsed is None:
        return address(request)
    return str(ipaddress.ip_network((parsed, WIDE_NETWORKS[parsed.version]), strict=False))


def address(request: HttpRequest) -> str:
    """The connection's address; behind trusted proxies the nth from the right, which the outermost of them wrote.

    What stands further left was sent by the visitor and proves nothing.
    """
    proxies = settings.TRUSTED_PROXIES
    forwarded = [
        part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()
    ]
    if proxies and len(forwarded) >= proxies and (seen := _parsed(forwarded[-proxies])):
        return str(seen)
    peer = str(request.META.get("REMOTE_ADDR", ""))
    return str(_parsed(peer) or peer)


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """With or without a port; an IPv4 address that a socket for both kinds wears as IPv6 is itself again."""
    host, _separator, port = text.rpartition(":")
    if host and port.isdecimal() and (":" not in host or host.startswith("[")):
        text = host
    try:
        parsed = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed


def forget_old() -> int:
    """Counts whose window is over, ours and those that allauth keeps in the cache beside the address."""
    _forget_cached()
    deleted, _by_model = Attempts.objects.filter(ends_at__lt=clock.now()).delete()
    return deleted


def _forget_cached() -> None:
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [clock.now()])  # noqa: S608 - our own setting
