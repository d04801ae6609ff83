"""What every command stands on: the settings, and the embedded database where there is no other.

A person meets these first and may know no Python: whatever they can mend is said in one sentence.
"""

import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def lay() -> None:
    """Read the settings and start the embedded database, or end the process with what to do."""
    try:
        embedded = settings.EMBEDDED_DATABASE
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(_unusable(error))
    if embedded is None:
        return
    try:
        embedded.start()
    except OSError as error:
        sys.exit(_unusable(error))
    except RuntimeError as error:
        sys.exit(str(error))


def _unusable(error: OSError) -> str:
    return (
        f"{error.filename} can't be used ({error.strerror}). "
        "Make it writable, or keep the data in a folder of your own: KYODO_VAR=/path/to/folder"
    )
