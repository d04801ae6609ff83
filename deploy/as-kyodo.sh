#!/bin/sh
# Run one command as the services do: as-kyodo.sh COMMAND ARGUMENTS...   Needs root and systemd.
# Not by sourcing the file: a shell would trip over a sender such as Centre <no-reply@example.jp>.
set -eu
exec systemd-run --quiet --pipe --pty --wait --collect --uid=kyodo \
    --property=EnvironmentFile=/etc/kyodo.env --property=WorkingDirectory=/opt/kyodo --property=UMask=0027 \
    /usr/bin/env -- "$@"
