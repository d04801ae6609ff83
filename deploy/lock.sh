#!/bin/sh
# Renew the lock files: every version pinned, with the hashes of all its files, for every Python we support.
set -eu
cd "$(dirname "$0")/.."
lock() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url "$@"; }
lock pyproject.toml --output-file deploy/requirements.txt
lock pyproject.toml --extra dev --constraint deploy/requirements.txt --output-file deploy/requirements-dev.txt
lock benchmarks/helpdesk/requirements.in --constraint deploy/requirements.txt --output-file benchmarks/helpdesk/requirements.txt
