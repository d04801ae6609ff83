#!/bin/sh
# Nightly backup, called by kyodo-backup.timer or cron: backup.sh FOLDER [HOW_MANY_TO_KEEP]
# Copy the folder to another machine afterwards: a backup beside its original is none.
set -eu
cd "$(dirname "$0")/.."
umask 077
exec .venv/bin/python manage.py backup "${1:?Which folder?}" --keep "${2:-14}"
