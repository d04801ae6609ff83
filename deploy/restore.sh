#!/bin/sh
# Put a backup back: restore.sh FOLDER_OF_ONE_BACKUP [--overwrite]
# Stop kyodo-web and kyodo-worker first.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python manage.py restore "$@"
.venv/bin/python manage.py migrate --no-input
