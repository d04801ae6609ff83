"""Bytes of a mail as text, whatever they claim to be: nothing fails, and a byte that is wrong costs one sign."""

import codecs
import re

# What is written under these names holds more than their standards know: the wider set of the same family is read, as
# browsers do. By the names that Python's codecs have.
WIDER = {
    "shift_jis": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
}
# Names that Python does not know.
OTHER_NAMES = {
    "cp51932": "euc_jp",
    "eucjp-ms": "euc_jp",
    "eucjp-win": "euc_jp",
    "sjis-win": "cp932",
    "mac-japanese": "cp932",
    "cp50220": "iso2022_jp",
    "cp50221": "iso2022_jp",
    "iso-2022-jp-ms": "iso2022_jp",
    "unicode-1-1-utf-8": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
}
# The codecs of Python that know most of what ISO-2022-JP may hold.
_JIS = ("iso2022_jp", "iso2022_jp_2", "iso2022_jp_ext")
_ESCAPES = re.compile(rb"\x1b(\$\(D|\$[@B]|\([BIJ])")
_EUC = re.compile(rb"\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\xa1-\xfe]{2}|[\x00-\x7f]+|.", re.DOTALL)
_SURROGATES = re.compile(r"[\ud800-\udfff]")
# What Python's cp932 makes of bytes that are no signs.
_NO_SIGNS = re.compile("[\uf8f0-\uf8f3]")
_KANA = re.compile("[ぁ-ヺ]")
_HALF_WIDTH = re.compile("[｡-ﾟ]")
# Three bytes that are one sign of Japanese, by the rules of UTF-8.
_JAPANESE_UTF8 = re.compile(rb"[\xe3-\xe9\xef][\x80-\xbf]{2}")
BAD = "�"


def decode(data: bytes, charset: str | None) -> str:
    """In the charset it names where the bytes bear that out, else in the first of our guesses that fits better."""
    codec = codec_of(charset)
    if b"\x1b$" in data and codec != "iso2022_kr":
        return clean(_decode_jis(data))
    for text in _readings(data, codec):
        bad = text.count(BAD)
        if sum(sign > "\x7f" for sign in text) - bad >= bad:
            return clean(text)
    return clean(data.decode("utf-8", "replace"))


def codec_of(charset: str | None) -> str | None:
    """Python's name of the charset that is meant; None where it says nothing."""
    name = (charset or "").strip(" \t\"'").lower().replace("_", "-")
    for one in (name, name.removeprefix("x-")):
        try:
            codec = codecs.lookup(OTHER_NAMES.get(one, one)).name
        except (LookupError, ValueError):
            continue
        return None if codec == "ascii" else WIDER.get(codec, codec)
    return None


def clean(text: str) -> str:
    """What PostgreSQL can hold and a page can show: line ends of one kind, no NUL, no halves of signs, no byte order mark."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").removeprefix("\ufeff")
    return _SURROGATES.sub(BAD, text)


def repair(header: str) -> str:
    """A header line; some hold raw bytes, which Python keeps as surrogates, or ISO-2022-JP as it is."""
    if not (_SURROGATES.search(header) or "\x1b$" in header):
        return clean(header)
    try:
        return decode(header.encode("utf-8", "surrogateescape"), None)
    except UnicodeEncodeError:
        return clean(header)


def _readings(data: bytes, codec: str | None) -> "list[str]":
    """The most believable first."""
    texts = []
    is_utf8 = bool(_JAPANESE_UTF8.search(data)) and _strictly(data, "utf-8") is not None
    if is_utf8 and codec not in ("utf-16", "utf-16-le", "utf-16-be", "utf-7", "hz"):
        # No other charset makes such bytes by chance, whatever the label.
        return [data.decode("utf-8")]
    guess = _japanese_guess(data)
    if codec == "cp1252" and guess and len(_KANA.findall(guess)) > 1:
        # Programmes that know no Japanese call everything so.
        texts.append(guess)
    if codec:
        texts.append(_leniently(data, codec))
    texts.append(data.decode("utf-8", "replace"))
    return [*texts, guess] if guess else texts


def _japanese_guess(data: bytes) -> str:
    """Shift_JIS or EUC-JP. Of bytes that may be either, one reading is a row of half-width kana, which nobody writes."""
    read = [text for text in (_strictly(data, "cp932"), _strictly(data, "euc_jp")) if text is not None]
    return min(read, key=lambda text: len(_HALF_WIDTH.findall(text)), default=_leniently(data, "cp932"))


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        text = data.decode(codec)
        return None if _NO_SIGNS.search(text) else text
    except (ValueError, LookupError):
        return None


def _leniently(data: bytes, codec: str) -> str:
    if codec == "euc_jp":
        return "".join(_euc_sign(piece) for piece in _EUC.findall(data))
    try:
        return _NO_SIGNS.sub(BAD, data.decode(codec, "replace"))
    except (ValueError, LookupError):
        # Python takes any name of its own for a charset: "idna" and "zlib" fail in ways of theirs.
        return BAD


def _euc_sign(piece: bytes) -> str:
    """EUC-JP with the signs that Windows adds to it, such as ① and 髙; Python's own codec knows none of those."""
    text = _strictly(piece, "euc_jp")
    if text is None and len(piece) == 2:
        text = _pair(piece[0] & 0x7F, piece[1] & 0x7F)
    return BAD if text is None else text


def _decode_jis(data: bytes) -> str:
    """ISO-2022-JP with the signs that Windows and phones add to it; Python's own codecs know none of those."""
    for codec in _JIS:
        text = _strictly(data, codec)
        if text is not None:
            return text
    out, mode = [], b"(B"
    position = 0
    for escape in [*_ESCAPES.finditer(data), None]:
        out.append(_run(data[position : escape.start() if escape else len(data)], mode))
        if escape:
            mode, position = escape[1], escape.end()
    return "".join(out)


def _run(data: bytes, mode: bytes) -> str:
    if mode == b"(I":
        return bytes(one | 0x80 for one in data).decode("cp932", "replace")
    if not mode.startswith(b"$"):
        # Some write the rest of such a mail in another charset, without saying so.
        return data.decode("ascii") if data.isascii() else data.decode("utf-8", "replace")
    # A line may end without the escape back.
    return "".join(
        piece.decode("ascii") if piece in (b"\r", b"\n") else _pairs(piece, mode)
        for piece in re.split(rb"([\r\n])", data)
    )


def _pairs(data: bytes, mode: bytes) -> str:
    """Each on its own: one that is wrong takes no other with it."""
    pairs = zip(data[::2], data[1::2], strict=False)
    if mode == b"$(D":
        signs = (_strictly(bytes((0x8F, row | 0x80, cell | 0x80)), "euc_jp") for row, cell in pairs)
    else:
        signs = (_pair(row, cell) for row, cell in pairs)
    return "".join(BAD if sign is None else sign for sign in signs)


def _pair(row: int, cell: int) -> str | None:
    """A sign by its row and cell, as Windows counts them."""
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return None
    high = (row - 0x21) // 2 + 0x81
    high += 0x40 if high > 0x9F else 0
    low = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
    return _strictly(bytes((high, low)), "cp932")
