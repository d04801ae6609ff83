"""The demo that `make run` loads: full, consistent, and never twice."""

from datetime import datetime
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.models import Application, Group, User
from consultations.models import Consultation, Entry, Introduction, Referral, SpecialistSession
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking, BookingSeries, Hold, LotteryRound, Occupancy, WaitingEntry

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 11, 20, 13, 10, tzinfo=clock.TOKYO)
NEW_YEAR = datetime(2027, 1, 1, 10, 0, tzinfo=clock.TOKYO)
END_OF_MARCH = datetime(2027, 3, 28, 18, 30, tzinfo=clock.TOKYO)


def load() -> None:
    call_command("load_centre", "yokohama", verbosity=0)
    call_command("load_spaces", "yokohama", verbosity=0)
    call_command("load_demo", verbosity=0)


@pytest.mark.parametrize("now", [FRIDAY, NEW_YEAR, END_OF_MARCH], ids=["friday", "new_year", "end_of_march"])
def test_the_demo_is_full_whatever_the_day(now: datetime) -> None:
    with time_machine.travel(now, tick=False):
        load()

        states = set(Booking.objects.values_list("status", flat=True))
        assert {"requested", "confirmed", "used", "no_show", "cancelled"} <= states
        assert Booking.objects.count() > 100
        assert Group.objects.listed().count() >= 13
        assert set(Application.objects.values_list("status", "type")) >= {
            ("submitted", "new"),
            ("hearing", "new"),
            ("returned", "new"),
            ("submitted", "renewal"),
        }
        assert BookingSeries.objects.count() == Hold.objects.count() == WaitingEntry.objects.count() == 1
        assert LotteryRound.objects.get().entries.count() == 3
        assert OutgoingMail.objects.count() < 20
        assert Consultation.objects.count() == 80
        assert set(Consultation.objects.values_list("status", flat=True)) == set(Consultation.Status.values)
        assert Consultation.objects.exclude(ward_centre=None).values("ward_centre").distinct().count() == 5
        assert set(Referral.objects.values_list("status", flat=True)) >= {"sent", "accepted", "done"}
        assert SpecialistSession.objects.filter(status="fixed", begins_at__gt=now).exists()
        told = Introduction.objects.exclude(programme=None)
        assert set(told.values_list("result", flat=True)) == {"pending", "used"}


def test_on_an_open_day_today_is_full_of_life() -> None:
    with time_machine.travel(FRIDAY, tick=False):
        load()
        today = Booking.objects.on(clock.today())

        assert today.live().count() >= 10
        assert {"used", "confirmed"} <= set(today.values_list("status", flat=True))


def test_nothing_in_the_demo_happens_tomorrow_or_before_it_was_asked() -> None:
    with time_machine.travel(FRIDAY, tick=False):
        load()

        assert not Consultation.objects.filter(received_at__gt=FRIDAY).exists()
        assert not Consultation.objects.filter(closed_at__lt=F("received_at")).exists()
        assert not Consultation.objects.filter(first_answered_at__lt=F("received_at")).exists()
        assert not Entry.objects.filter(happened_at__gt=FRIDAY).exists()
        assert not Entry.objects.filter(happened_at__lt=F("consultation__received_at")).exists()
        assert not Referral.objects.filter(sent_at__lt=F("consultation__received_at")).exists()


def test_every_live_booking_holds_its_units_and_no_other_does() -> None:
    with time_machine.travel(FRIDAY, tick=False):
        load()

    live = set(Booking.objects.live().values_list("pk", flat=True))
    holding = set(Occupancy.objects.filter(booking__isnull=False).values_list("booking_id", flat=True))
    assert live == holding


def test_loading_again_does_nothing() -> None:
    load()
    counts = (User.objects.count(), Booking.objects.count(), OutgoingMail.objects.count())

    call_command("load_demo", verbosity=0)

    assert (User.objects.count(), Booking.objects.count(), OutgoingMail.objects.count()) == counts


def test_the_announced_accounts_can_sign_in() -> None:
    load()

    names = ("manager", "reception", "tsurumi", "naka", "aoba", "minato", "volunteer", "citizen")
    emails = {f"{name}@example.jp" for name in names}
    assert all(user.check_password("kyodo-demo") for user in User.objects.filter(email__in=emails))
    assert emails <= set(EmailAddress.objects.filter(verified=True).values_list("email", flat=True))


def test_production_is_refused(settings: Any) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError):
        load()
    assert not User.objects.exists()


def test_a_site_with_people_of_its_own_is_left_alone(citizen: User) -> None:
    load()

    assert User.objects.get() == citizen


def test_without_spaces_it_says_what_to_do_first() -> None:
    with pytest.raises(CommandError, match="load_spaces"):
        call_command("load_demo")
