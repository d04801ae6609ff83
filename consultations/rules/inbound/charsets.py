"""Bytes of a mail as text, whatever they claim to be: nothing fails, and what Japanese mailers write is read."""

import re

# What Windows writes under these names holds ①, ㈱ and 髙, which the standards don't.
WIDER = {"shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "euc_jp": "euc-jp"}
GUESSES = ("utf-8", "cp932")
_ESCAPES = re.compile(rb"\x1b(\$[@B]|\([BIJ])")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


def decode(data: bytes, charset: str | None) -> str:
    """In the charset it names, else in the first of our guesses that fits."""
    name = (charset or "").lower().strip()
    if b"\x1b$" in data:
        try:
            return clean(data.decode("iso2022_jp"))
        except UnicodeDecodeError:
            return clean(_decode_jis(data))
    for guess in (WIDER.get(name, name), *GUESSES):
        try:
            return clean(data.decode(guess))
        except (ValueError, LookupError):
            # Python takes any name of its own for a charset: "idna" and "undefined" fail in ways of theirs.
            continue
    return clean(data.decode("utf-8", "replace"))


def clean(text: str) -> str:
    """What PostgreSQL can hold and a page can show: line ends of one kind, no NUL, no halves of signs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    return _SURROGATES.sub("�", text)


def repair(header: str) -> str:
    """A header line; some hold raw bytes, which Python keeps as surrogates."""
    if _SURROGATES.search(header):
        return decode(header.encode("utf-8", "surrogateescape"), None)
    return clean(header)


def _decode_jis(data: bytes) -> str:
    """ISO-2022-JP with the signs that Windows and phones add to it; Python's own codec knows none of those."""
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
        return data.decode("ascii", "replace")
    # A line may end without the escape back.
    return "".join(
        piece.decode("ascii") if piece in (b"\r", b"\n") else _two_bytes(piece)
        for piece in re.split(rb"([\r\n])", data)
    )


def _two_bytes(data: bytes) -> str:
    shifted = bytearray()
    for row, cell in zip(data[::2], data[1::2], strict=False):
        high = (row - 0x21) // 2 + 0x81
        shifted.append(high + 0x40 if high > 0x9F else high)
        shifted.append(cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E)
    return shifted.decode("cp932", "replace")
