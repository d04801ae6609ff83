"""Opens what Outlook packs into winmail.dat. A process of its own (tnef.py), since the library can be kept busy for hours.

Reads the file from standard input and writes JSON. Imports nothing of ours, so that it starts quickly.
"""

import base64
import json
import resource
import sys
from typing import Any

from tnefparse.properties import MAPI_ATTACH_LONG_FILENAME
from tnefparse.tnef import TNEF

MOST_MEMORY = 1024**3


def _encoded(value: Any) -> list[str]:
    """Text as it is, bytes as base64: their charset is read by the other side."""
    return ["text", value] if isinstance(value, str) else ["bytes", base64.b64encode(value or b"").decode()]


def _files(tnef: Any) -> list[dict[str, list[str]]]:
    files = []
    for attachment in tnef.attachments:
        if hasattr(attachment, "embed"):
            files += _files(attachment.embed)
            continue
        # Its own `name` is read as UTF-8, and fails on any other.
        names = [one.data for one in attachment.mapi_attrs if one.name == MAPI_ATTACH_LONG_FILENAME]
        name = next((one for one in names if one), attachment._name)
        files.append({"name": _encoded(name), "content": _encoded(attachment.data)})
    return files


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    tnef = TNEF(sys.stdin.buffer.read())
    opened = {
        "is_whole": bool(tnef.objects) and all(one.good_checksum for one in tnef.objects),
        "codepage": tnef.codepage or "",
        "text": _encoded(tnef.body),
        "html": _encoded(tnef.htmlbody),
        "files": _files(tnef),
    }
    json.dump(opened, sys.stdout)


if __name__ == "__main__":
    main()
