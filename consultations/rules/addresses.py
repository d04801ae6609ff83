"""The address that a person's answer comes back to: reply+<reference>.<signature>@<domain> (返信先アドレス).

The signature shows that we gave the address out; letters of one case only, because mail servers may change it.
"""

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from consultations.models import Consultation
from kyodo import references

SALT = "consultations.reply-address"
LENGTH = 16
_TAIL = re.compile(r"\+(?P<reference>[0-9a-z]+)\.(?P<signature>[a-z2-7]+)$")


def reply_address(consultation: Consultation) -> str:
    """Empty where the site receives no mail."""
    if not settings.INBOUND_ADDRESS:
        return ""
    local, _at, domain = settings.INBOUND_ADDRESS.partition("@")
    reference = consultation.reference.lower()
    return f"{local}+{reference}.{_signature(reference, settings.SECRET_KEY)}@{domain}"


def reference_in(address: str) -> str | None:
    """The reference that a signed address carries; None when it is not ours, or somebody made it up."""
    local, _at, domain = address.strip().lower().rpartition("@")
    base, _own, own_domain = settings.INBOUND_ADDRESS.lower().partition("@")
    found = _TAIL.search(local)
    if not (found and domain == own_domain and local[: found.start()] == base):
        return None
    reference = found["reference"]
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if any(constant_time_compare(found["signature"], _signature(reference, key)) for key in keys):
        return references.normalise(reference)
    return None


def _signature(reference: str, key: str) -> str:
    digest = salted_hmac(SALT, reference, secret=key, algorithm="sha256").digest()
    return base64.b32encode(digest).decode().lower()[:LENGTH]
