"""What `manage.py check --deploy` looks at beside Django's own: whether what the settings name does its work."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.core.files.base import ContentFile

from kyodo import scanning
from kyodo.files import LARGEST, MEGABYTE
from kyodo.scanning import Verdict


def scanner_takes_our_files(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """It gets a file as large as any form takes: with too small a limit it would refuse just the large ones."""
    if not settings.CLAMAV or scanning.look(ContentFile(bytes(LARGEST))) == Verdict.CLEAN:
        return []
    if scanning.answers():
        return [
            Warning(
                f"The scanner that KYODO_CLAMAV names can't look at a file of {LARGEST // MEGABYTE} MB.",
                hint="The log says why: StreamMaxLength or MaxFileSize in its clamd.conf, or KYODO_CLAMAV_SECONDS.",
                id="kyodo.W002",
            )
        ]
    return [
        Warning(
            "The scanner that KYODO_CLAMAV names does not answer: no file is taken in.",
            hint="Start clamd, or mend the address.",
            id="kyodo.W001",
        )
    ]
