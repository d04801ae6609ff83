"""Colleagues named in a note (＠名前): whom its writer wants to look at it."""

import re
from collections.abc import Sequence

from accounts.models import User
from kyodo import text

_SIGN = re.compile(r"[@＠]")
_SPACE = re.compile(r"\s+")
LONGEST_NAME = 60


def mentioned(note: str, colleagues: Sequence[User]) -> list[User]:
    """By the whole name, with or without the space in it; by the family name where only one of them has it."""
    names = _names(colleagues)
    called: dict[int, User] = {}
    for sign in _SIGN.finditer(note):
        if sign.start() and note[sign.start() - 1].isascii() and note[sign.start() - 1].isalnum():
            # The middle of an address.
            continue
        words = _plain(note[sign.end() : sign.end() + LONGEST_NAME])
        name = next((name for name in names if words.startswith(name)), None)
        if name:
            called.setdefault(names[name].pk, names[name])
    return list(called.values())


def _names(colleagues: Sequence[User]) -> dict[str, User]:
    """The longest first, so that 林田 is not taken for 林."""
    whole = {_plain(one.name): one for one in colleagues if one.name}
    families: dict[str, list[User]] = {}
    for one in colleagues:
        family, _space, given = one.name.replace("　", " ").partition(" ")
        if family and given:
            families.setdefault(_plain(family), []).append(one)
    alone = {family: people[0] for family, people in families.items() if len(people) == 1}
    names = alone | whole
    return {name: names[name] for name in sorted(names, key=len, reverse=True)}


def _plain(words: str) -> str:
    return _SPACE.sub("", text.fold(words))
