"""The address that a person's answer comes back to (返信先アドレス): it carries the consultation's reference, signed."""

from django.conf import settings

from consultations.models import Consultation
from kyodo import references, signed_addresses

SALT = "consultations.reply-address"


def reply_address(consultation: Consultation) -> str:
    """Empty where the site receives no mail."""
    if not settings.INBOUND_ADDRESS:
        return ""
    return signed_addresses.with_tag(settings.INBOUND_ADDRESS, consultation.reference, salt=SALT)


def reference_in(address: str) -> str | None:
    """The reference that a signed address carries; None when it is not ours, or somebody made it up."""
    reference = signed_addresses.tag_in(address, settings.INBOUND_ADDRESS, salt=SALT)
    return references.normalise(reference) if reference else None
