"""Addresses of our own that carry a tag and its signature: reply+<tag>.<signature>@<domain>.

The signature shows that we gave the address out; letters of one case only, because mail servers may change it.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

LENGTH = 16
_TAIL = re.compile(r"\+(?P<tag>[0-9a-z-]+)\.(?P<signature>[a-z2-7]+)$")


def with_tag(base: str, tag: str, *, salt: str) -> str:
    """`base` with the tag, in lower case, and its signature. Each use has a salt of its own."""
    local, _at, domain = base.partition("@")
    tag = tag.lower()
    return f"{local}+{tag}.{_signature(tag, salt, settings.SECRET_KEY)}@{domain}"


def tag_in(address: str, base: str, *, salt: str) -> str | None:
    """The tag that an address carries; None when it is not ours, or somebody made it up."""
    local, _at, domain = address.strip().lower().rpartition("@")
    own_local, _own_at, own_domain = base.lower().partition("@")
    tail = _TAIL.search(local)
    if not (tail and domain == own_domain and local[: tail.start()] == own_local):
        return None
    tag = tail["tag"]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    is_ours = any(constant_time_compare(tail["signature"], _signature(tag, salt, key)) for key in keys)
    return tag if is_ours else None


def _signature(tag: str, salt: str, key: str) -> str:
    digest = salted_hmac(salt, tag, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:LENGTH]
