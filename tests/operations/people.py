"""Run beside a served site, in its environment: people with groups to book with, and afterwards what was kept."""

import json
import os
import sys
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kyodo.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import User  # noqa: E402
from kyodo import clock  # noqa: E402
from kyodo.mail import sending  # noqa: E402
from kyodo.mail.models import OutgoingMail  # noqa: E402
from spaces.models import Booking  # noqa: E402
from tests.factories.accounts import GroupFactory, UserFactory  # noqa: E402

NAME = "荷重 試験"
LONGEST_WAIT_SECONDS = 300


def enter(count: int) -> list[dict[str, object]]:
    """People signed in, each the representative of a group."""
    entered = []
    for _ in range(count):
        person = UserFactory(name=NAME, email=f"load-{User.objects.count()}@example.jp")
        group = GroupFactory(representative=person)
        client = Client()
        client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        entered.append({"group": group.pk, "session": session, "cookie": settings.SESSION_COOKIE_NAME})
    return entered


def kept() -> dict[str, object]:
    """Bookings, and the state of the mail of each, once none waits to be sent; what hangs then is called stuck."""
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while OutgoingMail.objects.filter(state=OutgoingMail.State.WAITING).exists():
        if time.monotonic() > deadline:
            break
        time.sleep(0.5)
    OutgoingMail.LONGEST_SENDING = timedelta(0)
    sending.flag_stuck()
    bookings = Booking.objects.filter(group__memberships__user__name=NAME).distinct()
    mails = OutgoingMail.objects.filter(to__startswith="load-")
    return {
        "bookings": {booking.reference: booking.status for booking in bookings},
        "mails": [
            {
                "id": mail.message_id,
                "state": mail.state,
                "uncertain": mail.is_uncertain,
                "about": mail.about_url,
                "body": mail.body,
            }
            for mail in mails
        ],
        "now": clock.now().isoformat(),
    }


if __name__ == "__main__":
    result = enter(int(sys.argv[2])) if sys.argv[1] == "enter" else kept()
    sys.stdout.write(json.dumps(result))
