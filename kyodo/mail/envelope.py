"""Where a mail goes back to that can't be delivered (封筒の差出人): an address that names it, signed.

Servers that return a mail write to this address whatever else they put into their report, and some put nothing in.
"""

from django.conf import settings

from kyodo import signed_addresses
from kyodo.mail.models import OutgoingMail

SALT = "kyodo.mail.return-address"
_TAG = "bounce-"


def return_address(mail: OutgoingMail) -> str:
    """Empty where the site reads no mail: then a mail goes back to its sender."""
    if not settings.BOUNCE_ADDRESS:
        return ""
    return signed_addresses.with_tag(settings.BOUNCE_ADDRESS, f"{_TAG}{mail.pk}", salt=SALT)


def mail_named_by(address: str) -> int | None:
    """The key of the mail that came back to this address; None when the address is not one of these."""
    tag = signed_addresses.tag_in(address, settings.BOUNCE_ADDRESS, salt=SALT) or ""
    number = tag.removeprefix(_TAG)
    return int(number) if tag.startswith(_TAG) and number.isdecimal() else None
