"""Whoever sends a form without end is told to wait, in words, and loses nothing of what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import Application, Group, Invitation, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from kyodo.models import Attempts
from spaces.models import Booking, BookingSeries, LotteryEntry, Space, WaitingEntry
from tests.factories.accounts import ApplicationFactory
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.spaces import BookingFactory, LotteryRoundFactory, yokohama_spaces

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 20, 10, 10, tzinfo=clock.TOKYO)
WISH = {"date": "2026-11-25", "begins": "13:00", "ends": "15:00", "people": "5", "purpose": "<広報>の打合せ"}


@dataclass
class Door:
    """A form, what one sends to it, and how to count what it would write."""

    address: str
    sent: dict[str, object]
    written: Callable[[], int]


def booking(group: Group, person: User, spaces: dict[str, Space]) -> Door:
    address = reverse("space_book", args=["space-a"])
    return Door(address, WISH | {"group": group.pk}, Booking.objects.count)


def series(group: Group, person: User, spaces: dict[str, Space]) -> Door:
    address = reverse("series_new", args=["space-a"])
    chosen = {f"on-{day}": f"space-a/{day}/13:00/15:00" for day in ("2026-11-25", "2026-12-02")}
    sent = WISH | chosen | {"group": group.pk, "pattern": "weekly", "count": "2", "step": "book"}
    return Door(address, sent, BookingSeries.objects.count)


def waiting(group: Group, person: User, spaces: dict[str, Space]) -> Door:
    BookingFactory(
        space=spaces["space-a"],
        begins_at=datetime(2026, 11, 25, 13, tzinfo=clock.TOKYO),
        ends_at=datetime(2026, 11, 25, 15, tzinfo=clock.TOKYO),
    )
    address = reverse("waiting_new", args=["space-a"])
    return Door(address, WISH | {"group": group.pk}, WaitingEntry.objects.count)


def lottery_entry(group: Group, person: User, spaces: dict[str, Space]) -> Door:
    lottery = LotteryRoundFactory(space=spaces["space-a"])
    sent = WISH | {"group": group.pk, "date": lottery.first_date.isoformat()}
    return Door(reverse("lottery_enter", args=[lottery.pk]), sent, LotteryEntry.objects.count)


def application(group: Group, person: User, spaces: dict[str, Space]) -> Door:
    draft = ApplicationFactory(applicant=person, complete=True)
    handed_in = Application.objects.exclude(submitted_at=None)
    return Door(
        reverse("submit_application", args=[draft.reference]), {"version": draft.version}, handed_in.count
    )


def invitation(group: Group, person: User, spaces: dict[str, Space]) -> Door:
    sent = {"email": "new@example.jp", "role": "member"}
    return Door(reverse("invite", args=[group.number]), sent, Invitation.objects.count)


LIMITS = {booking: 300, series: 60, waiting: 120, lottery_entry: 100, application: 20, invitation: 60}


@pytest.fixture
def spaces() -> dict[str, Space]:
    CentreFactory()
    usual_week()
    return yokohama_spaces()


@pytest.mark.parametrize("make", LIMITS, ids=lambda make: make.__name__)
def test_one_too_many_is_refused_and_what_was_typed_is_kept(
    make: Callable[[Group, User, dict[str, Space]], Door],
    client: Client,
    group: Group,
    representative: User,
    spaces: dict[str, Space],
) -> None:
    client.force_login(representative)
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        door = make(group, representative, spaces)
        before, mails = door.written(), OutgoingMail.objects.count()
        client.post(door.address, {})
        Attempts.objects.update(count=LIMITS[make])

        answer = client.post(door.address, door.sent)

        assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
        assert "少し待ってからお試しください" in answer.text
        assert "60分" in answer.text
        assert (door.written(), OutgoingMail.objects.count()) == (before, mails)
        kept = dict(answer.context["typed"])
        assert kept == {name: str(value) for name, value in door.sent.items()}
        assert "<広報>" not in answer.text

        traveller.shift(3601)
        client.post(answer.wsgi_request.path, kept)
        assert door.written() > before


@pytest.mark.parametrize("make", LIMITS, ids=lambda make: make.__name__)
def test_the_last_one_allowed_passes_and_others_have_limits_of_their_own(
    make: Callable[[Group, User, dict[str, Space]], Door],
    client: Client,
    group: Group,
    representative: User,
    booking_manager: User,
    spaces: dict[str, Space],
) -> None:
    client.force_login(representative)
    with time_machine.travel(FRIDAY, tick=False):
        door = make(group, representative, spaces)
        client.post(door.address, {})
        Attempts.objects.update(count=LIMITS[make] - 1)

        assert client.post(door.address, door.sent).status_code in (200, 302)
        assert client.post(door.address, door.sent).status_code == 429
        client.force_login(booking_manager)
        assert client.post(door.address, door.sent).status_code != 429


def test_a_draw_is_checked_by_anybody_but_not_without_end(client: Client, spaces: dict[str, Space]) -> None:
    for name in ("lottery_rerun", "lottery_csv"):
        Attempts.objects.all().delete()
        address = reverse(name, args=[1])
        assert client.get(address).status_code == 404
        Attempts.objects.update(count=30)
        assert client.get(address).status_code == 429
