"""What leaves for somebody outside names nobody (名前を伏せる): a last look at it, not a promise.

A name alone is common in other words, so the whole name counts, and the family name where it is spoken to.
"""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consultations.models import Contact
from kyodo import text

_TITLES = ("さん", "さま", "様", "氏")
_FEWEST_DIGITS = 9
_FEWEST_LETTERS = 3


def check(words: str, contact: Contact) -> None:
    if names(words, contact):
        raise ValidationError(
            _("相談者の名前や連絡先が入っています。消してから、もう一度お願いします。"), code="names"
        )


def names(words: str, contact: Contact) -> bool:
    folded = _together(words)
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", words) if sign.isdecimal())
    if len(contact.phone_digits) >= _FEWEST_DIGITS and contact.phone_digits in digits:
        return True
    return any(part in folded for part in _telling(contact))


def _telling(contact: Contact) -> list[str]:
    """The whole name, the family name with a title, and the mail address, as they are compared."""
    found = []
    for name in (contact.name, contact.name_kana):
        parts = name.split()
        whole = _together(name)
        if len(whole) >= _FEWEST_LETTERS:
            found.append(whole)
        if parts:
            found += [_together(parts[0] + title) for title in _TITLES]
    if contact.email:
        found.append(_together(contact.email))
    return found


def _together(words: str) -> str:
    return "".join(text.fold(words).split())
