"""What a log of production must not hold is cut out of every line, tracebacks too.

PostgreSQL explains a refusal with the values of the row, and Python prints that explanation: names, addresses, phones.
"""

import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

CUT = "…"
# What follows the first sentence of an error, up to the next exception of the same traceback.
_EXPLANATIONS = re.compile(
    r"\n(?:DETAIL|LINE \d+):.*?(?=\n\n(?:The above exception was|During handling of the above)|\Z)", re.DOTALL
)
# The same where a program passes it on inside one sentence.
_KEYS_AND_ROWS = re.compile(
    r"(Key \([^\n]*?\)=|Failing row contains )\(.*?\)(?= (?:already exists|is not present|is still|conflicts)|\.|\n|\Z)",
    re.DOTALL,
)
# The sentence itself quotes what it could not read. Names of constraints and columns stay.
_UNREADABLE = re.compile(r'(invalid input [\w ]+: |value out of range: |\bvalue )"[^"\n]*"')
_MAIL_ADDRESSES = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
# Addresses of pages that are keys: whoever reads them in a log could use them.
_SECRET_PAGES = re.compile(
    r"(/(?:feeds|invitations|answer|survey|confirm-email|password/reset/key)/)[^/\s?'\"]+"
)


class Formatter(JsonFormatter):
    """One JSON object a line, without personal data."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        line: dict[str, Any] = super().process_log_record(log_data)
        return {key: without_values(value) for key, value in line.items()}


def without_values(part: object) -> object:
    """A text as the log may have it; anything that is no text comes back as it is."""
    if not isinstance(part, str):
        return part
    text = _EXPLANATIONS.sub("", part)
    text = _KEYS_AND_ROWS.sub(rf"\1({CUT})", text)
    text = _UNREADABLE.sub(rf'\1"{CUT}"', text)
    return _SECRET_PAGES.sub(rf"\1{CUT}", _MAIL_ADDRESSES.sub(CUT, text))
