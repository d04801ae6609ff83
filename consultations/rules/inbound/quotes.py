"""What a person wrote themselves: their mail without what it quotes and without its signature.

Careful rather than thorough. Answers written between the lines keep them, and a mail of which nothing would be left
stays whole; all of it is kept in its row anyway.
"""

import re
import unicodedata
from collections.abc import Iterable

# 2026年11月20日(金) 10:00 センター <no-reply@example.jp>:   ·   2026/11/20 10:00、センターさんは書きました:
# On Fri, Nov 20, 2026 at 10:00, Centre wrote:   ·   センター <no-reply@example.jp>のメール:
_DAY = r"(?:\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|令和\s?\d{1,2}\s?年)"
_INTRODUCTION = re.compile(
    rf"^(?:(?=.*{_DAY}).*(?:[:：]|<[^<>\s]+@[^<>\s]+>.*|書きました.*|書かれました.*|のメール.*|の投稿.*)"
    r"|On\s.+\swrote\s?[:：]|.*<[^<>\s]+@[^<>\s]+>\s*(?:さん)?(?:は|が)?(?:書きました|のメール)\s?[:：]?)\s*$"
)
_OPENS_INTRODUCTION = re.compile(rf"^(?:On\s.*\d|.*{_DAY}.*)")
_RULED = re.compile(
    r"^\s*[-_ー―=]{3,}\s*(?:Original Message|Original Appointment|元のメッセージ|返信元のメッセージ)"
    r"\s*[-_ー―=]*\s*$",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"^\W*(?:From|差出人|送信者|発信者)\s*[:：]\s*\S")
_BLOCK_GOES_ON = re.compile(
    r"^\W*(?:Sent|Date|To|Cc|Subject|送信日時|送信日|日時|日付|宛先|件名)\s*[:：]", re.IGNORECASE
)
_FORWARDED = re.compile(
    r"^\W*(?:(?:begin )?forwarded message|転送(?:された)?メッセージ|転送元メッセージ|以下、?転送(?:します|です)?)\W*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^--\s?$")
_CONTACT = re.compile(r"\d{2,4}[-‐－(（ ]\d{2,4}|[^\s@]+@[^\s@]+|https?://|〒|tel|電話", re.IGNORECASE)
_SENTENCE = re.compile(
    r"[。？！?!]|(?:です|ます|ました|ません|ください|でしょう|か)\s*$|^\W*(?:追伸|P\.?\s?S\b)", re.IGNORECASE
)
_RULER = re.compile(r"^[\s\-_=*~#.ー―─━═＿＝－]+$")
_DEVICE = re.compile(
    r"^\W*(?:(?:私の)?(?:iPhone|iPad|Android|スマートフォン|Outlook|Xperia|Galaxy).{0,30}(?:から送信|で送信)(?:されました)?"
    r"|Sent from (?:my |Outlook|Mail).{0,60}|Get Outlook for .{0,60}|Outlook for .{0,20}を入手.{0,60}|(?:iOS|Android) 版 ?Outlook.{0,40})\W*$",
    re.IGNORECASE,
)
LONGEST_SIGNATURE = 15
LONGEST_SIGNATURE_LINE = 60
LONGEST_GAP = 10
LONGEST_INTRODUCTION = 300
"""A longer line introduces nothing, and is not looked at: somebody could have made it to keep us busy."""
SURELY_A_LINE = 5
"""Letters; a shorter line is in any text by chance."""


class Said:
    """What was said before, by us and by the person: what a mail may quote."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._letters = "\n".join(_letters_of(text) for text in texts)

    def holds(self, line: str) -> bool:
        return _letters_of(line) in self._letters

    def holds_all(self, lines: Iterable[str]) -> bool:
        lines = [line for line in lines if _letters_of(line)]
        is_sure = any(len(_letters_of(line)) >= SURELY_A_LINE for line in lines)
        return is_sure and all(self.holds(line) for line in lines)

    def __bool__(self) -> bool:
        return bool(self._letters.strip())


def _letters_of(text: str) -> str:
    """Mailers break lines anew and turn wide signs into narrow ones."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isalnum())


def own_words(text: str, *, known: Iterable[str] | None = None, is_forward: bool = False) -> str:
    """The message without its quoted tail, device line and signature; the whole where nothing else is left.

    What is only marked like a quote goes where `known`, what was said before, holds it: people begin lines of their own with >.
    """
    said = Said(known) if known is not None else None
    lines = _with_few_gaps(text.split("\n"))
    if not (is_forward or any(_is_forwarded(line) for line in lines)):
        lines = _without_signature(_without_tail(lines, said))
    return "\n".join(_without_rulers(lines)).strip() or text.strip()


def leaves_out_words(text: str, own: str) -> bool:
    """Whether anything that says something was cut."""
    return len(_letters_of(own)) < len(_letters_of(text))


def _with_few_gaps(lines: list[str]) -> list[str]:
    """Ten thousand empty lines say no more than a few, and each would be looked past again and again."""
    kept: list[str] = []
    gap = 0
    for line in lines:
        gap = 0 if line.strip() else gap + 1
        if gap <= LONGEST_GAP:
            kept.append(line)
    return kept


def _without_tail(lines: list[str], said: Said | None) -> list[str]:
    for number in range(len(lines)):
        before = lines[:number]
        if _is_block(lines, number):
            # Outlook marks no line of what it quotes: all below its header is quoted.
            is_cut = _has_words(before) and _is_known_block(lines[number:], said)
            return before if is_cut else lines
        begins = _introduced(lines, number)
        if begins is None:
            continue
        after = lines[begins:]
        if all(_is_quoted(line) or not line.strip() for line in after):
            return before if _has_words(before) else lines
        if _has_words(before):
            # Words above and below a quote: it is answered line by line.
            return [*before, *_without_quoted_end(lines[number:])]
        return _below(after)
    end = _end_of_words(lines)
    # A quote that nobody introduced: telephones end what was typed with a line of their own.
    is_ours = (
        bool(end and _is_device(lines[end - 1]))
        or _introduces_itself(lines[end:])
        or (said is not None and said.holds_all(lines[end:]))
    )
    is_cut = is_ours and _has_words(lines[:end])
    return lines[:end] if is_cut else lines


def _introduces_itself(quote: list[str]) -> bool:
    """Apple's mailer marks the introduction as well."""
    first = next((line.lstrip(" >＞|") for line in quote if line.strip(" >＞|")), "")
    return len(first) <= LONGEST_INTRODUCTION and bool(_INTRODUCTION.match(first))


def _is_known_block(block: list[str], said: Said | None) -> bool:
    """A mail of ours, with nothing written into it. Where little of it is known, mailers have changed what they quote;
    where nothing is, it is no mail of ours and the person shows it to us.
    """
    if not said:
        return True
    words = [line for line in block if _letters_of(line) and not _is_header(line)]
    held = sum(said.holds(line) for line in words)
    if held == len(words):
        return True
    return 0 < held < len(words) / 2


def _is_header(line: str) -> bool:
    return len(line) > LONGEST_INTRODUCTION or bool(
        _RULED.match(line) or _BLOCK.match(line) or _BLOCK_GOES_ON.match(line)
    )


def _is_block(lines: list[str], number: int) -> bool:
    """-----Original Message-----, or the first of two lines such as 差出人: and 送信日時:"""
    line, following = _short(lines, number), _short(lines, number + 1)
    return bool(_RULED.match(line) or (_BLOCK.match(line) and _BLOCK_GOES_ON.match(following)))


def _introduced(lines: list[str], number: int) -> int | None:
    """Where the quote begins that this line introduces, alone or with the next, since mailers break long lines."""
    line, following = _short(lines, number), _short(lines, number + 1)
    if not line or _is_quoted(line):
        return None
    if _INTRODUCTION.match(line) and _is_quote_next(lines, number + 1):
        return number + 1
    if (
        _OPENS_INTRODUCTION.match(line)
        and _INTRODUCTION.match(f"{line} {following}".replace("< ", "<"))
        and _is_quote_next(lines, number + 2)
    ):
        return number + 2
    return None


def _short(lines: list[str], number: int) -> str:
    line = lines[number].strip() if number < len(lines) else ""
    return line if len(line) <= LONGEST_INTRODUCTION else ""


def _is_quote_next(lines: list[str], number: int) -> bool:
    rest = (lines[count] for count in range(number, len(lines)))
    following = next((one for one in rest if one.strip()), "")
    return _is_quoted(following)


def _below(after: list[str]) -> list[str]:
    """The answer below a quote; answers between its lines keep them."""
    marks = [_is_quoted(one) for one in after if one.strip()]
    first_own = marks.index(False)
    if True in marks[first_own:]:
        return after
    return [one for one in after if not _is_quoted(one)]


def _without_quoted_end(lines: list[str]) -> list[str]:
    return lines[: _end_of_words(lines)]


def _end_of_words(lines: list[str]) -> int:
    """Where what is marked as quoted begins, and goes on to the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_quoted(lines[end - 1])):
        end -= 1
    return end


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        is_near_end = len(lines) - number <= LONGEST_SIGNATURE
        if is_near_end and _SIGNATURE.match(line) and _has_words(lines[:number]):
            if _is_signature(lines[number + 1 :], is_marked=line == "-- "):
                lines = lines[:number]
            break
    while lines and (not lines[-1].strip() or _is_device(lines[-1])) and len(lines) > 1:
        lines = lines[:-1]
    return lines


def _is_signature(below: list[str], *, is_marked: bool) -> bool:
    """Names and numbers: whoever writes a sentence below two dashes means it."""
    says = any(_SENTENCE.search(line) or len(line) > LONGEST_SIGNATURE_LINE for line in below)
    return not says and (is_marked or any(_CONTACT.search(line) for line in below))


def _without_rulers(lines: list[str]) -> list[str]:
    while lines and (not lines[-1].strip() or _is_ruler(lines[-1])):
        lines = lines[:-1]
    return lines


def _is_ruler(line: str) -> bool:
    return len(line) <= LONGEST_INTRODUCTION and bool(_RULER.match(line))


def _is_forwarded(line: str) -> bool:
    return len(line) <= LONGEST_INTRODUCTION and bool(_FORWARDED.match(line))


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "＞", "|"))


def _is_device(line: str) -> bool:
    return len(line) <= LONGEST_INTRODUCTION and bool(_DEVICE.match(line))


def _has_words(lines: list[str]) -> bool:
    return any(
        line.strip() and not (_is_quoted(line) or _is_device(line) or _is_ruler(line)) for line in lines
    )
