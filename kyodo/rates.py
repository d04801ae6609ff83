"""How often one address may ask for something: counted per minute in the cache, shared by all server processes."""

import hashlib

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from kyodo import clock

SECONDS = 60


def is_too_often(request: HttpRequest, what: str, *, per_minute: int) -> bool:
    """Count this request; True when its sender has asked more than `per_minute` times in the current minute."""
    address = str(get_adapter().get_client_ip(request))
    minute = int(clock.now().timestamp()) // SECONDS
    key = "rate:" + hashlib.sha256(f"{what}:{address}:{minute}".encode()).hexdigest()[:40]
    if cache.add(key, 1, timeout=2 * SECONDS):
        return per_minute < 1
    try:
        return cache.incr(key) > per_minute
    except ValueError:  # gone between the two calls
        return False
