"""What a person wrote themselves: their mail without what it quotes and without its signature.

Careful rather than thorough. Answers written between the lines keep them, and a mail of which nothing would be left
stays whole; all of it is kept in its row anyway.
"""

import re

# 2026年11月20日(金) 10:00 センター <no-reply@example.jp>:   ·   2026/11/20 10:00、センターさんは書きました:
# On Fri, Nov 20, 2026 at 10:00, Centre wrote:   ·   センター <no-reply@example.jp>のメール:
_DAY = r"(?:\d{4}\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}|令和\s?\d{1,2}\s?年)"
_INTRODUCTION = re.compile(
    rf"^(?:(?=.*{_DAY}).*(?:[:：]|<[^<>\s]+@[^<>\s]+>.*|書きました.*|書かれました.*|のメール.*|の投稿.*)"
    r"|On\s.+\swrote\s?[:：]|.*<[^<>\s]+@[^<>\s]+>\s*(?:さん)?(?:は|が)?(?:書きました|のメール)\s?[:：]?)\s*$"
)
_OPENS_INTRODUCTION = re.compile(rf"^(?:On\s.*\d|.*{_DAY}.*)")
_RULED = re.compile(
    r"^\s*[-_ー―=]{3,}\s*(?:Original Message|Original Appointment|Forwarded message|元のメッセージ|転送メッセージ|転送元メッセージ|返信元のメッセージ)"
    r"\s*[-_ー―=]*\s*$",
    re.IGNORECASE,
)
_BLOCK = re.compile(r"^\W*(?:From|差出人|送信者|発信者)\s*[:：]\s*\S")
_BLOCK_GOES_ON = re.compile(
    r"^\W*(?:Sent|Date|To|Cc|Subject|送信日時|送信日|日時|日付|宛先|件名)\s*[:：]", re.IGNORECASE
)
_SIGNATURE = re.compile(r"^--\s?$")
_DEVICE = re.compile(
    r"^\W*(?:(?:私の)?(?:iPhone|iPad|Android|スマートフォン|Outlook|Xperia|Galaxy).{0,30}(?:から送信|で送信)(?:されました)?"
    r"|Sent from (?:my |Outlook|Mail).{0,60}|Get Outlook for .{0,60}|Outlook for .{0,20}を入手.{0,60}|(?:iOS|Android) 版 ?Outlook.{0,40})\W*$",
    re.IGNORECASE,
)
LONGEST_SIGNATURE = 15
LONGEST_GAP = 10
LONGEST_INTRODUCTION = 300
"""A longer line introduces nothing, and is not looked at: somebody could have made it to keep us busy."""


def own_words(text: str) -> str:
    """The message without its quoted tail, device line and signature; the whole where nothing else is left."""
    lines = _with_few_gaps(text.split("\n"))
    kept = _without_signature(_without_tail(lines))
    return "\n".join(kept).strip() or text.strip()


def _with_few_gaps(lines: list[str]) -> list[str]:
    """Ten thousand empty lines say no more than a few, and each would be looked past again and again."""
    kept: list[str] = []
    gap = 0
    for line in lines:
        gap = 0 if line.strip() else gap + 1
        if gap <= LONGEST_GAP:
            kept.append(line)
    return kept


def _without_tail(lines: list[str]) -> list[str]:
    for number in range(len(lines)):
        before = lines[:number]
        if _is_block(lines, number):
            # Outlook marks no line of what it quotes: all below its header is quoted.
            return before if _has_words(before) else lines
        begins = _introduced(lines, number)
        if begins is None:
            continue
        after = lines[begins:]
        if all(_is_quoted(one) or not one.strip() for one in after):
            return before if _has_words(before) else lines
        if _has_words(before):
            # Words above and below a quote: it is answered line by line.
            return [*before, *_without_trailing_quote(lines[number:])]
        return _below(after)
    return _without_trailing_quote(lines)


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


def _without_trailing_quote(lines: list[str]) -> list[str]:
    """A quote that nobody introduced: cut where it ends the mail and something stands above it."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or _is_quoted(lines[end - 1])):
        end -= 1
    return lines[:end] if _has_words(lines[:end]) else lines


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        is_near_end = len(lines) - number <= LONGEST_SIGNATURE
        if is_near_end and _SIGNATURE.match(line) and _has_words(lines[:number]):
            lines = lines[:number]
            break
    while lines and (not lines[-1].strip() or _is_device(lines[-1])) and len(lines) > 1:
        lines = lines[:-1]
    return lines


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "＞", "|"))


def _is_device(line: str) -> bool:
    return len(line) <= LONGEST_INTRODUCTION and bool(_DEVICE.match(line))


def _has_words(lines: list[str]) -> bool:
    return any(line.strip() and not _is_quoted(line) and not _is_device(line) for line in lines)
