"""How often a password may be tried: whoever guesses waits, and the owner of the account does not wait with them.

A browser that its owner has signed in with (kyodo.device) is counted by itself. Everybody else is counted by account and
address together, by address, and by network, so that guesses from elsewhere stop nobody but the one who makes them.
Each further window is a longer wait; none is a lock.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import User
from kyodo import device, ratelimit

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60


@dataclass(frozen=True)
class Limit:
    who: tuple[object, ...]
    times: int
    seconds: int

    @property
    def key(self) -> tuple[object, ...]:
        return ("sign_in", *self.who, self.seconds)


# How many wrong passwords in which time.
OF_OWN_DEVICE = ((10, 5 * MINUTE), (60, DAY))
OF_ACCOUNT_AND_ADDRESS = ((5, 5 * MINUTE), (15, HOUR), (40, DAY))
OF_ADDRESS = ((10, MINUTE), (60, HOUR))
OF_NETWORK = ((120, HOUR),)
# From everywhere together. This alone can make the owner wait, at a browser never used before; a new password by mail
# begins the count anew.
OF_ACCOUNT = ((200, DAY),)


def count_attempt(request: HttpRequest, email: str) -> int | None:
    """Count one password before it is looked at. The longest time to wait in seconds, if it is one too many."""
    waits = [
        limit.seconds
        for limit in _limits(request, email)
        if not ratelimit.allow(*limit.key, times=limit.times, seconds=limit.seconds)
    ]
    return max(waits, default=None)


def take_back(request: HttpRequest, email: str) -> None:
    """It was the right one: only wrong ones count."""
    for limit in _limits(request, email):
        ratelimit.take_back(*limit.key)


def begin_anew(email: str) -> None:
    """Who has chosen a new password by mail has shown whose account it is."""
    for _times, seconds in OF_ACCOUNT:
        ratelimit.forget("sign_in", "account", _account(email), seconds)


def is_own_device(request: HttpRequest, email: str) -> bool:
    browser = device.device(request)
    if browser is None:
        return False
    return browser.knows(User.objects.filter(email__iexact=email).values_list("pk", flat=True).first())


def _limits(request: HttpRequest, email: str) -> Iterator[Limit]:
    account = _account(email)
    browser = device.device(request)
    if browser and is_own_device(request, email):
        yield from _each(("device", browser.key, account), OF_OWN_DEVICE)
        return
    address = ratelimit.visitor(request)
    yield from _each(("account at", address, account), OF_ACCOUNT_AND_ADDRESS)
    yield from _each(("address", address), OF_ADDRESS)
    yield from _each(("network", ratelimit.network(request)), OF_NETWORK)
    yield from _each(("account", account), OF_ACCOUNT)


def _each(who: tuple[object, ...], windows: tuple[tuple[int, int], ...]) -> Iterator[Limit]:
    return (Limit(who, times, seconds) for times, seconds in windows)


def _account(email: str) -> str:
    return email.strip().lower()
