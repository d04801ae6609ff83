"""E-mail addresses: which ones are taken, and how they are written in a mail.

Until 2009 docomo and au gave out addresses that no standard allows bare: two dots in a row (taro..yamada), a dot before
the @ (hanako.). Many people still have theirs. Inside quotes the same address is a valid one (RFC 5321, quoted-string),
so we keep and show it as its owner writes it, and quote it where another computer reads it.
"""

import re

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from kyodo import plain

CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "ido.ne.jp", "tu-ka.ne.jp", "pdx.ne.jp")
_DOTS_ANYWHERE = re.compile(r"[-!#$%&'*+/=?^_`{}|~0-9A-Za-z][-!#$%&'*+/=?^_`{}|~0-9A-Za-z.]*")
_QUOTED = re.compile(r'"([^"\\]+)"')


@deconstructible
class AddressValidator(EmailValidator):
    """Django's rule for an address, and that of the carriers."""

    def __call__(self, value: str | None) -> None:
        super().__call__(_without_loose_dots(value or ""))


validate = AddressValidator(
    _("メールアドレスは name@example.jp のように、半角の英数字で書いてください。"), code="invalid"
)


def is_address(value: str) -> bool:
    try:
        validate(value)
    except ValidationError:
        return False
    return True


def typed(value: str) -> str:
    """As its owner writes it: ＠ and full-width letters narrow, nothing invisible, no quotes about a carrier's dots."""
    address = plain.code(value)
    local, at, domain = address.rpartition("@")
    bare = _QUOTED.fullmatch(local)
    if bare and _has_loose_dots(bare[1], domain):
        return bare[1] + at + domain
    return address


def on_the_wire(address: str) -> str:
    """As another computer reads it: "taro..yamada"@docomo.ne.jp. Any other address is left as it is."""
    local, at, domain = address.rpartition("@")
    return f'"{local}"{at}{domain}' if _has_loose_dots(local, domain) else address


def _without_loose_dots(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not _has_loose_dots(local, domain):
        return address
    return re.sub("[.]+", ".", local).rstrip(".") + at + domain


def _has_loose_dots(local: str, domain: str) -> bool:
    domain = domain.lower()
    is_carrier = any(domain == name or domain.endswith(f".{name}") for name in CARRIERS)
    return is_carrier and (".." in local or local.endswith(".")) and bool(_DOTS_ANYWHERE.fullmatch(local))
