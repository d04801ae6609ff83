"""What leaves for somebody outside names nobody (名前を伏せる): a last look at it, not a promise.

Counted are the whole name, the family name (with a title, or as a word of its own), the group or company, the address and
the number. A family name that is a word as well (川辺) is refused all the same: whoever writes finds another word for it.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from consultations.models import Consultation, Contact
from kyodo import text

_TITLES = ("さん", "さま", "様", "氏")
_FEWEST_DIGITS = 9
_FEWEST_LETTERS = 3
_FEWEST_LETTERS_ALONE = 2
"""Of a family name without a title: one kanji alone (森, 林) is a word far more often than a name."""
_LEGAL_FORMS = re.compile(
    r"(特定非営利活動法人|npo法人|公益|一般|認定|社団法人|財団法人|社会福祉法人|学校法人|株式会社|有限会社|合同会社|\(株\)|\(有\))"
)
_KANJI = r"[\u3005\u3007\u3400-\u9fff\uf900-\ufaff]"
_KATAKANA = r"[\u30a1-\u30ff]"


def check(words: str, consultation: Consultation) -> None:
    if names(words, consultation):
        raise ValidationError(
            _(
                "相談者の名前・団体名・連絡先と同じことばが入っています。消すか、別のことばに言いかえてください。"
            ),
            code="names",
        )


def names(words: str, consultation: Consultation) -> bool:
    contact = consultation.contact
    folded = _together(words)
    digits = "".join(sign for sign in unicodedata.normalize("NFKC", words) if sign.isdecimal())
    if len(contact.phone_digits) >= _FEWEST_DIGITS and contact.phone_digits in digits:
        return True
    if any(part in folded for part in _telling(contact)):
        return True
    organisations = [contact.organisation, consultation.group.name if consultation.group else ""]
    if any(part in folded for part in filter(None, map(_without_form, organisations))):
        return True
    return any(_stands_alone(name.split()[0], words) for name in (contact.name, contact.name_kana) if name)


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


def _without_form(organisation: str) -> str:
    """みどりの会 of NPO法人みどりの会; nothing where too little is left to tell of anybody."""
    core = _LEGAL_FORMS.sub("", _together(organisation))
    return core if len(core) >= _FEWEST_LETTERS else ""


def _stands_alone(family: str, words: str) -> bool:
    """As a run of its own script: 田中 in 田中が, not in 田中町会. Hiragana runs on without a gap, and tells nothing."""
    family = unicodedata.normalize("NFKC", family)
    if len(family) < _FEWEST_LETTERS_ALONE:
        return False
    for script in (_KANJI, _KATAKANA, "[A-Za-z]"):
        if re.fullmatch(f"{script}+", family):
            own = f"(?<!{script}){re.escape(family)}(?!{script})"
            return bool(re.search(own, unicodedata.normalize("NFKC", words), re.IGNORECASE))
    return False


def _together(words: str) -> str:
    return "".join(text.fold(words).split())
