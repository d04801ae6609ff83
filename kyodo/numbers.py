"""Whole numbers out of addresses and forms, where anything may stand."""

# The largest that the database takes for a row's number.
LARGEST = 2**63 - 1
_DIGITS = len(str(LARGEST))


def typed(text: str) -> int | None:
    """The number in plain digits; None for anything else, and for one that no column of ours could hold.

    Longer ones Python refuses to read at all, and it takes digits of other scripts, which no page of ours writes.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if number <= LARGEST else None
