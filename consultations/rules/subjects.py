"""A subject out of the first words (件名): nobody is asked for a headline, and no word is broken for it."""

import re

LONGEST = 40
SHORTEST = 15
_CUT = "…"
# Where a Japanese sentence may be left: behind a mark or a space, or where kana of a phrase end and a new word begins.
_BREAK = re.compile(
    r"(?<=[。、！？!?,，」』）)\s])(?=\S)|(?<=[\u3041-\u309f])(?=[^\u3041-\u309f。、！？!?,，」』）)\s])"
)
_LETTERS = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?![A-Za-z0-9])")


def shortened(line: str) -> str:
    """The whole line where it is short; else whole words of it, and a sign that more follows."""
    line = line.strip()
    if len(line) <= LONGEST:
        return line
    places = [found.start() for found in _BREAK.finditer(line, 0, LONGEST + 1)]
    fitting = [place for place in places if SHORTEST <= place < LONGEST]
    if not fitting:
        fitting = [found.start() for found in _LETTERS.finditer(line) if SHORTEST <= found.start() < LONGEST]
    cut = fitting[-1] if fitting else LONGEST - len(_CUT)
    return line[:cut].rstrip(" 　、,，") + _CUT
