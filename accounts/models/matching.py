"""Keys under which two ways of writing one thing are the same, made by the database so that nothing can forget them.

Coarser than kyodo.text.fold on purpose: a false suspicion costs staff a glance, a missed double a group twice.
"""

from typing import Any

from django.db.models import CharField, Func

KATAKANA = "".join(chr(code) for code in range(ord("ァ"), ord("ヶ") + 1))
HIRAGANA = "".join(chr(code) for code in range(ord("ぁ"), ord("ゖ") + 1))
LEGAL_FORMS = (
    "特定非営利活動法人|認定npo法人|npo法人|一般社団法人|公益社団法人|一般財団法人|公益財団法人|社会福祉法人|"
    "株式会社|合同会社"
)
# Spaces, middle dots, long vowels, hyphens and brackets that people set or leave out.
ORNAMENT = "[[:space:]・･ー―‐−〜~_.,()「」-]+"


class NameKey(Func):
    """A group's name or its kana: width, case, kana script, spaces and the words for its legal form don't count."""

    template = (
        "regexp_replace(translate(lower(normalize(%(expressions)s, NFKC)), "
        f"'{KATAKANA}', '{HIRAGANA}'), '{LEGAL_FORMS}|{ORNAMENT}', '', 'g')"
    )
    output_field = CharField()

    def __init__(self, expression: Any) -> None:
        super().__init__(expression)


class PhoneKey(Func):
    """The digits of a telephone number."""

    template = "regexp_replace(normalize(%(expressions)s, NFKC), '[^0-9]+', '', 'g')"
    output_field = CharField()

    def __init__(self, expression: Any) -> None:
        super().__init__(expression)
