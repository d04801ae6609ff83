"""The day before at ten, once each; never after the booking has begun."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction

from accounts.models import Group, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.actions import bookings, reminders
from spaces.models import Booking, Space
from spaces.tasks.reminders import remind
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.centre import usual_week
from tests.factories.spaces import BookingFactory, SpaceFactory
from tests.racing import race
from tests.spaces.calendar.conftest import FRIDAY, at, kinds

pytestmark = pytest.mark.django_db

SATURDAY = FRIDAY + timedelta(days=1)
WEEK_BEFORE = at(FRIDAY - timedelta(days=7), 12)


@pytest.fixture
def booking(space: Space, group: Group, representative: User) -> Booking:
    """Booked a week ago for Saturday at ten."""
    return BookingFactory(
        space=space, group=group, booked_by=representative, day=SATURDAY, hour=10, booked_at=WEEK_BEFORE
    )


def tick() -> None:
    remind(timestamp=0)


def test_nobody_is_reminded_before_the_hour(booking: Booking) -> None:
    tick()

    assert kinds() == []


def test_the_day_before_at_ten_the_reminder_leaves(
    booking: Booking, representative: User, now: time_machine.Traveller
) -> None:
    now.move_to(at(FRIDAY, 10))

    tick()

    mail = OutgoingMail.objects.get()
    booking.refresh_from_db()
    assert (mail.to, mail.subject) == (
        representative.email,
        "【予約のお知らせ】スペースA 11月21日（土）10:00",
    )
    assert f"/bookings/{booking.reference}/cancel/" in mail.body
    assert booking.reminded_at == clock.now()


def test_a_booking_is_reminded_of_once(booking: Booking, now: time_machine.Traveller) -> None:
    now.move_to(at(FRIDAY, 10))

    tick()
    now.shift(timedelta(minutes=10))
    tick()

    assert kinds() == ["spaces/booking_reminder"]


def test_a_booking_made_after_the_hour_is_not_reminded_of(
    booking: Booking, now: time_machine.Traveller
) -> None:
    Booking.objects.update(booked_at=at(FRIDAY, 10, 1))
    now.move_to(at(FRIDAY, 10, 10))

    tick()

    assert kinds() == []


def test_a_booking_approved_after_the_hour_is_not_reminded_of(
    booking: Booking, coordinator: User, now: time_machine.Traveller
) -> None:
    Booking.objects.update(decided_at=at(FRIDAY, 10, 1), decided_by=coordinator)
    now.move_to(at(FRIDAY, 10, 10))

    tick()

    assert kinds() == []


@pytest.mark.parametrize(
    "status", [Booking.Status.REQUESTED, Booking.Status.DECLINED, Booking.Status.CANCELLED]
)
def test_only_confirmed_bookings_are_reminded_of(
    booking: Booking, coordinator: User, status: str, now: time_machine.Traveller
) -> None:
    decided = (
        {"decided_at": WEEK_BEFORE, "decided_by": coordinator} if status == Booking.Status.DECLINED else {}
    )
    gone = {"cancelled_at": WEEK_BEFORE} if status == Booking.Status.CANCELLED else {}
    Booking.objects.update(status=status, **decided, **gone)
    now.move_to(at(FRIDAY, 10))

    tick()

    assert kinds() == []


def test_a_worker_back_before_the_beginning_still_reminds(
    booking: Booking, now: time_machine.Traveller
) -> None:
    now.move_to(at(SATURDAY, 9, 50))

    tick()

    assert kinds() == ["spaces/booking_reminder"]


def test_a_worker_back_after_the_beginning_notes_the_reminder_as_missed(
    booking: Booking, now: time_machine.Traveller
) -> None:
    now.move_to(at(SATURDAY, 10, 0))

    tick()

    booking.refresh_from_db()
    assert kinds() == []
    assert (booking.reminded_at, booking.reminder_missed_at) == (None, clock.now())


def test_a_booking_of_the_day_itself_counts_neither_as_reminded_nor_as_missed(
    booking: Booking, now: time_machine.Traveller
) -> None:
    Booking.objects.update(booked_at=at(SATURDAY, 9))
    now.move_to(at(SATURDAY, 12))

    tick()

    booking.refresh_from_db()
    assert (booking.reminded_at, booking.reminder_missed_at) == (None, None)


def test_moved_to_another_day_a_booking_is_reminded_of_again(
    booking: Booking, representative: User, now: time_machine.Traveller
) -> None:
    now.move_to(at(FRIDAY, 10))
    tick()
    booking.refresh_from_db()
    move(booking, representative, days=3)

    now.move_to(at(SATURDAY + timedelta(days=2), 10))
    tick()

    assert sorted(kinds()) == ["spaces/booking_changed", "spaces/booking_reminder", "spaces/booking_reminder"]


def test_moved_within_the_reminded_day_the_mail_of_the_change_is_enough(
    booking: Booking, representative: User, now: time_machine.Traveller
) -> None:
    now.move_to(at(FRIDAY, 10))
    tick()
    booking.refresh_from_db()
    move(booking, representative, hours=3)

    tick()

    assert sorted(kinds()) == ["spaces/booking_changed", "spaces/booking_reminder"]


def move(booking: Booking, by: User, *, days: int = 0, hours: int = 0) -> None:
    by_so_much = timedelta(days=days, hours=hours)
    bookings.change_booking(
        booking=booking,
        version=booking.version,
        by=by,
        space=booking.space,
        begins_at=booking.begins_at + by_so_much,
        ends_at=booking.ends_at + by_so_much,
        people=5,
        purpose=booking.purpose,
    )


# ── Two workers at once ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def thirty_bookings(transactional_db: None) -> list[Booking]:
    """For tomorrow, the hour of reminding just past."""
    usual_week()
    person, space = UserFactory(), SpaceFactory()
    group = GroupFactory(representative=person)
    day = clock.today() + timedelta(days=1)
    return [
        BookingFactory(
            space=space,
            group=group,
            booked_by=person,
            begins_at=clock.day_begins(day) + timedelta(minutes=20 * index),
            ends_at=clock.day_begins(day) + timedelta(minutes=20 * (index + 1)),
            booked_at=clock.now() - timedelta(days=9),
        )
        for index in range(30)
    ]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_remind_of_each_booking_once(thirty_bookings: list[Booking]) -> None:
    with time_machine.travel(at(clock.today(), 11), tick=False):
        outcome = race(
            reminders.send_due_reminders, reminders.send_due_reminders, reminders.send_due_reminders
        )

    assert outcome.broke == []
    assert OutgoingMail.objects.count() == len(thirty_bookings)
    assert not Booking.objects.filter(reminded_at__isnull=True).exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_booking_in_another_hand_is_left_for_the_next_tick(
    thirty_bookings: list[Booking], in_another_connection: Callable[[Callable[[], int]], int]
) -> None:
    with time_machine.travel(at(clock.today(), 11), tick=False), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM spaces_booking WHERE id = %s FOR UPDATE", [thirty_bookings[0].pk])
        sent = in_another_connection(reminders.send_due_reminders)

    assert sent == len(thirty_bookings) - 1
