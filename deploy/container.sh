#!/bin/sh
# web | worker | prepare | manage ARGUMENTS...
set -eu
case $1 in
prepare)
    exec python manage.py prepare "${2:-yokohama}"
    ;;
web)
    python manage.py collectstatic --no-input --verbosity 0
    exec python manage.py web
    ;;
worker) exec python manage.py worker ;;
manage)
    shift
    exec python manage.py "$@"
    ;;
*) exec "$@" ;;
esac
