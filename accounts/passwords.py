"""What a password may not be: the words that whoever guesses tries first."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from kyodo import text
from kyodo.centre.queries import current_centre

# Shorter parts stand in any word by chance.
SHORTEST_LATIN, SHORTEST_JAPANESE = 4, 2
# The Hepburn spelling by which people write their names; a small ゃ, ゅ, ょ and っ follow from what stands beside them.
ROMAJI = dict(
    pair.split(":")
    for pair in [
        "あ:a",
        "い:i",
        "う:u",
        "え:e",
        "お:o",
        "か:ka",
        "き:ki",
        "く:ku",
        "け:ke",
        "こ:ko",
        "が:ga",
        "ぎ:gi",
        "ぐ:gu",
        "げ:ge",
        "ご:go",
        "さ:sa",
        "し:shi",
        "す:su",
        "せ:se",
        "そ:so",
        "ざ:za",
        "じ:ji",
        "ず:zu",
        "ぜ:ze",
        "ぞ:zo",
        "た:ta",
        "ち:chi",
        "つ:tsu",
        "て:te",
        "と:to",
        "だ:da",
        "ぢ:ji",
        "づ:zu",
        "で:de",
        "ど:do",
        "な:na",
        "に:ni",
        "ぬ:nu",
        "ね:ne",
        "の:no",
        "は:ha",
        "ひ:hi",
        "ふ:fu",
        "へ:he",
        "ほ:ho",
        "ば:ba",
        "び:bi",
        "ぶ:bu",
        "べ:be",
        "ぼ:bo",
        "ぱ:pa",
        "ぴ:pi",
        "ぷ:pu",
        "ぺ:pe",
        "ぽ:po",
        "ま:ma",
        "み:mi",
        "む:mu",
        "め:me",
        "も:mo",
        "や:ya",
        "ゆ:yu",
        "よ:yo",
        "ら:ra",
        "り:ri",
        "る:ru",
        "れ:re",
        "ろ:ro",
        "わ:wa",
        "を:o",
        "ん:n",
    ]
)
GLIDES = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}


class NamesValidator:
    """Refuses the name of the site and of the person, anywhere in the password."""

    def validate(self, password: str, user: User | None = None) -> None:
        typed = text.fold(password)
        if any(word in typed for word in _words_of_site()):
            raise ValidationError(
                _("このサイトやセンターの名前は、パスワードに使えません。"), code="password_site_name"
            )
        if user is not None and any(word in typed for word in _words_of(user)):
            raise ValidationError(_("お名前は、パスワードに使えません。"), code="password_own_name")

    def get_help_text(self) -> str:
        return _("このサイトの名前とお名前は、使えません。")


def _words_of_site() -> Iterator[str]:
    host = (urlsplit(settings.BASE_URL).hostname or "").split(".")
    centre = current_centre()
    return _long_enough(["kyodo", host[0], *centre.name.split()])


def _words_of(user: User) -> Iterator[str]:
    spelled = [romaji(part) for part in user.name_kana.split()]
    # さとう is Satou to the keyboard and Sato on the name card.
    short = [word.replace("ou", "o").replace("uu", "u").replace("oo", "o") for word in spelled]
    return _long_enough([*user.name.split(), *user.name_kana.split(), *spelled, *short])


def _long_enough(words: list[str]) -> Iterator[str]:
    for word in words:
        folded = text.fold(word)
        if len(folded) >= (SHORTEST_LATIN if folded.isascii() else SHORTEST_JAPANESE):
            yield folded


def romaji(kana: str) -> str:
    spelled = ""
    doubled = False
    for letter in text.fold(kana):
        if letter == "っ":
            doubled = True
        elif letter in GLIDES and spelled.endswith("i"):
            stem = spelled[:-1]
            spelled = stem + (GLIDES[letter][1:] if stem.endswith(("sh", "ch", "j")) else GLIDES[letter])
        else:
            sound = ROMAJI.get(letter, "")
            spelled += (sound[:1] if doubled else "") + sound
            doubled = False
    return spelled
