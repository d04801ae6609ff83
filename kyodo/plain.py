"""What people typed, made plain before anything judges it: one spelling for what looks the same on the page.

A code (number, address, telephone) is read whatever keyboard, calendar or web page it was copied from. A line of words
keeps what Japanese writes on purpose: full-width punctuation, ① and ㈱, old forms of kanji and the variation selectors
that choose between them. A text of several lines keeps everything but the way its lines end.
"""

import re
import unicodedata

_VARIATIONS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Format signs (Cf), and what else takes no ink: fillers of Hangul, the empty Braille cell.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e007f"
)
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_JOINER_OF_EMOJI = f"(?<=[{_EMOJI}])\u200d(?=[{_EMOJI}])"
# A flag of Scotland is a black flag with invisible letters.
_LETTERS_OF_FLAG = "(?<=\U0001f3f4)[\U000e0020-\U000e007f]+"
_UNSEEN_IN_WORDS = re.compile(f"({_JOINER_OF_EMOJI}|{_LETTERS_OF_FLAG})|[{_INVISIBLE}]")
UNSEEN = _INVISIBLE + _VARIATIONS
"""What takes no ink of its own, as the inside of a regular expression's brackets."""
_UNSEEN_IN_CODES = re.compile(f"[{UNSEEN}]")

_SPACING_MARKS = str.maketrans({"゛": "\u3099", "゜": "\u309a"})
_KANA_WITH_MARK = re.compile("[ぁ-ゖァ-ヺゝヽ][゛゜]")
_HALF_KANA = re.compile("[｡-ﾟ]+")
_MARKED = re.compile("[^\\s\u0300-\u036f\u3099\u309a][\u0300-\u036f\u3099\u309a]+")
_SPACES = re.compile(r"\s+")

# What keyboards and web pages offer for a hyphen; a long vowel mark stands between digits by mistake.
_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−－─━ー", "-"))
_HIRAGANA = str.maketrans(
    {chr(code): chr(code - 0x60) for code in range(ord("ァ"), ord("ヶ") + 1)}
    | {"ヽ": "ゝ", "ヾ": "ゞ", "ヷ": "ゔぁ", "ヸ": "ゔぃ", "ヹ": "ゔぇ", "ヺ": "ゔぉ"}
)
_POSTAL_CODE = re.compile(r"〒?\s*(\d{3})-?(\d{4})")


def seen(text: str) -> str:
    """Without what takes no ink: format signs, and the selectors between forms of one character."""
    return _UNSEEN_IN_CODES.sub("", text)


def line_ends(text: str) -> str:
    """A browser sends two characters for the end of a line that it counted as one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def words(text: str) -> str:
    """One line that people read: a name, a subject, words to search for."""
    text = _UNSEEN_IN_WORDS.sub(r"\1", text)
    text = _KANA_WITH_MARK.sub(lambda found: found[0].translate(_SPACING_MARKS), text)
    text = _HALF_KANA.sub(_compatible, text)
    text = _MARKED.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return _SPACES.sub(" ", "".join(map(_narrow, text))).strip()


def code(text: str) -> str:
    """What stands for something and is compared sign by sign: a number, an address, a reference."""
    return " ".join(unicodedata.normalize("NFKC", seen(text)).split())


def number(text: str) -> str:
    """A code of digits, letters and hyphens; spaces don't belong to it."""
    return code(text).translate(_HYPHENS).replace(" ", "")


def postal_code(text: str) -> str:
    """231-0005, with or without 〒 and hyphen; anything else is left for the field to refuse."""
    typed = number(text)
    found = _POSTAL_CODE.fullmatch(typed)
    return f"{found[1]}-{found[2]}" if found else typed


def url(text: str) -> str:
    """An address of the web: letters of other scripts in it are its own, full-width ASCII is a keyboard's."""
    typed = _UNSEEN_IN_WORDS.sub(r"\1", text).strip()
    narrow = unicodedata.normalize("NFKC", typed)
    return narrow if narrow.isascii() else typed


def hiragana(text: str) -> str:
    return text.translate(_HIRAGANA)


def kana(text: str) -> str:
    """A reading (ふりがな): kept in hiragana, so that one name sorts in one place however it was typed."""
    read = unicodedata.normalize("NFKC", words(seen(text)))
    # A dash within kana is a long vowel that somebody found on another key: ま－く.
    read = re.sub(r"(?<=[ぁ-ヺー])[‐‑‒–—―−─━-]", "ー", read)
    return hiragana(read).replace("=", "＝").replace("゠", "＝")


def _compatible(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFKC", found[0])


def _narrow(sign: str) -> str:
    """Letters and digits in one width. Kanji stay as they are: NFKC would change the ones that belong to a name."""
    if sign < "\u0080" or "㐀" <= sign <= "鿿" or "\uf900" <= sign <= "\ufaff" or sign >= "\U00020000":
        return sign
    if unicodedata.category(sign)[0] in "LN" and unicodedata.category(sign) != "No":
        return unicodedata.normalize("NFKC", sign)
    return sign
