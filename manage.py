#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kyodo.settings")
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    if settings.EMBEDDED_DATABASE:
        settings.EMBEDDED_DATABASE.start()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
