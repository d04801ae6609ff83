"""References people read aloud on the phone: eight characters without 0, 1, I and O. Labels, never keys."""

import secrets

from kyodo import plain

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


def new() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def normalise(typed: str) -> str:
    """What a person typed or read out, as we store it: case, width and separators don't matter."""
    return "".join(character for character in plain.code(typed).upper() if character in ALPHABET)
