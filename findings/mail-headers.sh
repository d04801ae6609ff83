#!/bin/sh
# Two surprises about mails, shown without Kyodo. Exits with 1 when either no longer holds.
#
# 1. Django folds a long Japanese Subject so that its first line is empty ("Subject:" and nothing behind it): the value is
#    encoded without counting the header's name, and folded again by the generator.
# 2. Python reads the fields of message/delivery-status (RFC 3464) as blocks, those of message/global-delivery-status
#    (RFC 6533, reports on addresses in UTF-8) as one header with the rest as text: Action and Status are not found.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check django==5.2.8
"$folder/venv/bin/python" - <<'PYTHON'
import sys
from email import message_from_string

import django
from django.conf import settings
from django.core.mail import EmailMessage

settings.configure()
print("Python", sys.version.split()[0], "Django", django.__version__)

subject = "【利用の決定】市民協働推進センター スペースA・B ほか 12月から3月までの毎週水曜の予約について"
lines = EmailMessage(subject, "x", "a@example.jp", ["b@example.jp"]).message().as_bytes().decode().split("\n")
first = next(line for line in lines if line.startswith("Subject:"))
print("first line of a long Subject:", repr(first))

fields = "Reporting-MTA: dns; mx.example.jp\n\nFinal-Recipient: rfc822; a@example.jp\nAction: failed\nStatus: 5.1.1\n"
found = {}
for kind in ("delivery-status", "global-delivery-status"):
    part = message_from_string(f"Content-Type: message/{kind}\n\n{fields}")
    found[kind] = [block["Action"] for block in part.get_payload() if block["Action"]]
    print(f"message/{kind}: Action", found[kind])

holds = first.strip() == "Subject:" and found == {"delivery-status": ["failed"], "global-delivery-status": []}
sys.exit(0 if holds else 1)
PYTHON
