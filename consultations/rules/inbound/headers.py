"""Headers of a mail as text, whatever they hold."""

import base64
import binascii
import quopri
import re
from email import message_from_bytes
from email.message import Message
from email.policy import Compat32

from consultations.rules.inbound import charsets

LONGEST_LINE = 100_000
# An encoded word; spaces inside are wrong and written. What follows * names a language.
_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,60})?\?([bBqQ])\?([^?]*)\?=")
_ADDRESS = r'(?:"[^"\\]{1,128}"|[^\s<>()",;:\\\[\]@]{1,254})@[^\s<>()",;:\\@]{1,254}'
_QUOTED_NAME = re.compile(r'"(?:[^"\\]|\\.){0,1000}"(?!@)')
_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_PIECES = re.compile(rf"<(?P<angle>[^<>]*)>|(?P<end>[,;])|(?P<bare>{_ADDRESS})")


class _Repaired(Compat32):
    """The plain, older policy of Python's parser, since the newer one raises on some headers that real mails have. Each
    header is made readable before anything looks for names and quotes in it: of Shift_JIS and ISO-2022-JP they may be
    part of a sign. Python itself puts U+FFFD in their place.
    """

    def header_fetch_parse(self, name: str, value: object) -> str:
        return charsets.repair(str(value))


def parse(content: bytes) -> "Message[str, str]":
    return message_from_bytes(content, policy=_Repaired())


def header(mail: "Message[str, str]", name: str) -> str:
    """The first of that name, with its encoded words read; empty where there is none."""
    return next((words_of(line) for line in header_lines(mail, name)), "").strip()


def header_lines(mail: "Message[str, str]", name: str) -> list[str]:
    """All of that name, each in one line."""
    return [" ".join(str(line).split("\n"))[:LONGEST_LINE] for line in mail.get_all(name, [])]


def words_of(line: str) -> str:
    """Each encoded word on its own, where Python gives up all for one that is wrong. Words of one charset that stand side
    by side are joined before they are read: some mailers break them in the middle of a sign."""
    pieces: list[tuple[bytes, str] | str] = []
    position = 0
    for word in _WORD.finditer(line):
        between = line[position : word.start()]
        if between.strip() or not (pieces and isinstance(pieces[-1], tuple)):
            pieces.append(between)
        data, charset = _bytes_of_word(word[2], word[3]), word[1].lower()
        before = pieces[-1]
        if isinstance(before, tuple) and before[1] == charset:
            pieces[-1] = (before[0] + data, charset)
        else:
            pieces.append((data, charset))
        position = word.end()
    pieces.append(line[position:])
    return "".join(piece if isinstance(piece, str) else charsets.decode(*piece) for piece in pieces)


def _bytes_of_word(way: str, text: str) -> bytes:
    if way in "qQ":
        return quopri.decodestring(text.encode("utf-8", "replace"), header=True)
    kept = re.sub(r"[^A-Za-z0-9+/]", "", text)
    kept = kept[: len(kept) - 1] if len(kept) % 4 == 1 else kept
    try:
        return base64.b64decode(kept + "=" * (-len(kept) % 4))
    except binascii.Error:
        return b""


def addresses(mail: "Message[str, str]", name: str) -> list[str]:
    return [address for line in header_lines(mail, name) for address in addresses_in(line)]


def addresses_in(line: str) -> list[str]:
    """The addresses of a header, by hand: of `a@example.jp <a@example.jp>` email.utils finds one, two or none, as the
    version of Python goes. Of a name and what stands in angles, what stands in angles is meant.
    """
    bare = _QUOTED_NAME.sub(" ", line)
    for _depth in range(5):
        bare = _COMMENT.sub(" ", bare)
    return _walk(bare) or [_plain(one) for one in re.findall(_ADDRESS, line)]


def _walk(line: str) -> list[str]:
    found: list[str] = []
    angle, name = "", ""
    for piece in _PIECES.finditer(line):
        if piece["end"]:
            found.append(angle or name)
            angle = name = ""
        elif piece["bare"]:
            name = name or _plain(piece["bare"])
        else:
            inside = re.search(_ADDRESS, piece["angle"])
            angle = angle or (_plain(inside[0]) if inside else "")
    found.append(angle or name)
    return [one for one in found if one]


def _plain(address: str) -> str:
    """As the person writes it: quotes around `a..b` are for machines, phones gave out such addresses."""
    local, _at, domain = address.strip().rpartition("@")
    if local.startswith('"') and re.fullmatch(r'"[^\s"\\<>()@,;:]+"', local):
        local = local[1:-1]
    return f"{local}@{domain.strip('.')}"[:254]


def parameter(part: "Message[str, str]", name: str, of: str) -> str:
    """A parameter of a header, such as a file's name, in whichever of five ways it is written."""
    value = part.get_param(name, header=of)
    if isinstance(value, tuple):
        charset, _language, text = value
        # RFC 2231: Python keeps its bytes as signs of Latin-1, and reads them by the narrow charset they name.
        return charsets.decode(_as_bytes(text), charset)
    return words_of(charsets.repair(str(value or "")))


def _as_bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape")
