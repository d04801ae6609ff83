#!/bin/sh
# Make .venv and install the locked packages into it: environment.sh run|dev
# Does nothing when they are there already: the lock file last installed lies beside them.
set -eu
cd "$(dirname "$0")/.."
kind=$1

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

is_python() {
    command -v "$1" >/dev/null 2>&1 && "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))' 2>/dev/null
}

find_python() {
    for name in ${PYTHON:+"$PYTHON"} python3 python3.13 python3.14 python3.12 python3.11 python; do
        if is_python "$name"; then
            printf '%s' "$name"
            return
        fi
    done
    fail "Kyodo needs Python 3.11 to 3.14. Install it, or say where it is: PYTHON=/path/to/python make run"
}

make_venv() {
    python=$(find_python)
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        # Debian and Ubuntu keep these two in a package of their own.
        if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
            { apt-get update && apt-get install -y --no-install-recommends python3-venv; } >/dev/null 2>&1 || true
        fi
        "$python" -c 'import venv, ensurepip' 2>/dev/null ||
            fail "$python lacks the venv module. On Debian or Ubuntu: sudo apt-get install python3-venv"
    fi
    echo "Making the environment with $("$python" --version) ..."
    "$python" -m venv --clear .venv
}

install() {
    echo "Installing the packages of $1 ..."
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$1" ||
        fail "The packages could not be installed. Is there a connection to the package index?"
    cp "$1" "$2"
}

is_installed() {
    cmp -s "$1" "$2"
}

.venv/bin/python -c 'import pip' 2>/dev/null || make_venv
if is_installed deploy/requirements-dev.txt .venv/installed-dev.txt; then
    exit 0
fi
case $kind in
run) is_installed deploy/requirements.txt .venv/installed-run.txt || install deploy/requirements.txt .venv/installed-run.txt ;;
dev) install deploy/requirements-dev.txt .venv/installed-dev.txt ;;
*) fail "environment.sh run|dev" ;;
esac
