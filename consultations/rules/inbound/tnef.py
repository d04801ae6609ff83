"""winmail.dat: how Outlook packs a mail for other Outlooks. Opened by tnefparse, in a process that is ended in time."""

import base64
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from consultations.rules.inbound import charsets

TYPES = ("application/ms-tnef", "application/vnd.ms-tnef")
NAMES = ("winmail.dat", "win.dat")
SECONDS = 10
_PROCESS = Path(__file__).with_name("tnef_process.py")


@dataclass(frozen=True)
class Package:
    text: str
    html: str
    files: tuple[tuple[str, bytes], ...]
    """Names and contents."""
    is_whole: bool
    """Nothing in it was broken; else there may be more than could be taken out."""


class Unopened(Exception):
    """Broken, or nothing of the kind."""


def open_package(data: bytes) -> Package:
    try:
        process = subprocess.run(
            [sys.executable, "-I", str(_PROCESS)],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=True,
        )
        opened = json.loads(process.stdout)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise Unopened from error
    codepage = opened["codepage"]
    return Package(
        text=_text(opened["text"], codepage),
        html=_text(opened["html"], codepage),
        files=tuple(
            (_text(one["name"], codepage).strip("\0"), _bytes(one["content"])) for one in opened["files"]
        ),
        is_whole=opened["is_whole"],
    )


def _text(value: list[str], codepage: str) -> str:
    return charsets.clean(value[1]) if value[0] == "text" else charsets.decode(_bytes(value), codepage)


def _bytes(value: list[str]) -> bytes:
    return value[1].encode() if value[0] == "text" else base64.b64decode(value[1])
