#!/usr/bin/env python
import os
import sys

from django.core.management import execute_from_command_line

from kyodo import foundation


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kyodo.settings")
    foundation.lay()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
