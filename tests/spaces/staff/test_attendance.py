"""What became of a booking on its day: who left early or never came lets the place go, and people are counted."""

from datetime import datetime, time

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from kyodo import clock
from spaces.actions import attendance, walk_ins
from spaces.models import Booking, Occupancy, Space, Visit
from spaces.queries.day import day_sheet
from tests.factories.spaces import BookingFactory
from tests.spaces.staff.conftest import NOW, TODAY


def at(hour: int, minute: int = 0) -> datetime:
    return clock.at(TODAY, time(hour, minute))


def press(client: Client, booking: Booking, step: str, **values: object) -> int:
    url = reverse("admin:spaces_booking_attendance", args=[booking.reference, step])
    return client.post(url, values).status_code


@pytest.fixture
def hall(spaces: dict[str, Space], group: Group) -> Booking:
    """スペースA, booked from 12:00 to 16:00 and in use; it is 13:00 or a little later."""
    return BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=12, minutes=240, used=True)


def test_whoever_leaves_early_lets_the_rest_of_the_time_go(
    hall: Booking, other_group: Group, reception: User
) -> None:
    with time_machine.travel(at(13, 40), tick=False):
        attendance.mark_left(booking=hall, by=reception, people=7)

        hall.refresh_from_db()
        assert (hall.status, hall.left_at, hall.people_came) == ("used", at(13, 40), 7)
        assert hall.ends_at == at(16), "what was agreed stays"
        assert hall.occupancies.get().period.upper == at(13, 30)
        booking = walk_ins.book_walk_in(
            space=hall.space, group=other_group, ends_at=at(15), people=4, purpose="打合せ", by=reception
        )

    assert booking.begins_at == at(13, 30)


def test_who_did_not_come_lets_the_whole_place_go(
    spaces: dict[str, Space], group: Group, reception: User
) -> None:
    booking = BookingFactory(space=spaces["space-b"], group=group, day=TODAY, hour=13, minutes=120)

    attendance.mark_no_show(booking=booking, by=reception)

    assert not booking.occupancies.exists()
    assert [free.space.slug for free in day_sheet(TODAY).free if free.space.slug == "space-b"] == ["space-b"]


def test_what_was_noted_by_mistake_takes_the_place_again(hall: Booking, reception: User) -> None:
    attendance.mark_left(booking=hall, by=reception)
    attendance.undo_attendance(booking=hall, by=reception)

    hall.refresh_from_db()
    assert (hall.status, hall.left_at) == ("used", None)
    assert hall.occupancies.get().period.upper == at(16)


@pytest.mark.parametrize("step", [attendance.undo_attendance, attendance.check_in])
def test_a_place_that_went_to_others_stays_theirs(
    spaces: dict[str, Space], group: Group, other_group: Group, reception: User, step: object
) -> None:
    booking = BookingFactory(space=spaces["space-b"], group=group, day=TODAY, hour=13, minutes=120)
    attendance.mark_no_show(booking=booking, by=reception)
    BookingFactory(space=spaces["space-b"], group=other_group, day=TODAY, hour=14)

    with pytest.raises(ValidationError) as refusal:
        step(booking=booking, by=reception)  # type: ignore[operator]

    assert refusal.value.code == "taken"
    booking.refresh_from_db()
    assert booking.status == "no_show"
    assert Occupancy.objects.count() == 1


def test_who_comes_late_after_all_has_the_place_again(
    spaces: dict[str, Space], group: Group, reception: User
) -> None:
    booking = BookingFactory(space=spaces["space-b"], group=group, day=TODAY, hour=12, minutes=120)
    attendance.mark_no_show(booking=booking, by=reception)

    attendance.check_in(booking=booking, by=reception)

    booking.refresh_from_db()
    assert booking.status == "used"
    assert booking.occupancies.get().period.lower == at(12)


def test_leaving_is_noted_by_staff_once_and_before_the_end(
    hall: Booking, reception: User, representative: User
) -> None:
    with pytest.raises(PermissionDenied):
        attendance.mark_left(booking=hall, by=representative)
    attendance.mark_left(booking=hall, by=reception)
    with pytest.raises(ValidationError) as refusal:
        attendance.mark_left(booking=hall, by=reception)

    assert refusal.value.code == "status"


def test_the_number_that_came_goes_with_the_press(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=13, people=8)

    press(desk, booking, "check-in", **{f"{booking.reference}-people": "5"})

    booking.refresh_from_db()
    assert (booking.people, booking.people_came) == (8, 5)
    assert day_sheet(TODAY).people_expected == 5


@pytest.mark.parametrize("typed", ["0", "-3", "1000", "五"])
def test_an_impossible_number_changes_nothing_and_is_told(
    desk: Client, spaces: dict[str, Space], group: Group, typed: str
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=13)
    url = reverse("admin:spaces_booking_attendance", args=[booking.reference, "check-in"])

    page = desk.post(url, {f"{booking.reference}-people": typed}, follow=True).content.decode()

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert "1から999までの数" in page


def test_numbers_from_the_paper_sheet_are_written_at_once(
    desk: Client, hall: Booking, spaces: dict[str, Space], other_group: Group
) -> None:
    second = BookingFactory(space=spaces["space-b"], group=other_group, day=TODAY, hour=9, used=True)
    missing = BookingFactory(space=spaces["kyodo-lab"], group=other_group, day=TODAY, hour=9, no_show=True)
    numbers = {hall: "11", second: "6", missing: "3"}

    desk.post(
        reverse("admin:spaces_booking_people", args=[str(TODAY)]),
        {f"{booking.reference}-people": number for booking, number in numbers.items()},
    )

    came = [Booking.objects.get(pk=booking.pk).people_came for booking in numbers]
    assert came == [11, 6, None]


@pytest.mark.parametrize(("hour", "asks"), [(13, False), (18, True), (9, True)])
def test_checking_in_far_from_the_time_asks_first(
    desk: Client, spaces: dict[str, Space], group: Group, hour: int, asks: bool
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=hour)

    answer = press(desk, booking, "check-in")
    booking.refresh_from_db()
    assert (answer, booking.status) == ((200, "confirmed") if asks else (302, "used"))

    press(desk, booking, "check-in", sure="yes")
    booking.refresh_from_db()
    assert booking.status == "used"


def test_visitors_of_no_group_are_counted_and_taken_back(desk: Client, spaces: dict[str, Space]) -> None:
    desk.post(reverse("admin:spaces_visit"), {"people": "3", "purpose": "look"})
    visit = Visit.objects.get()
    assert (visit.people, day_sheet(TODAY).visitors) == (3, 3)

    desk.post(reverse("admin:spaces_visit_undo", args=[visit.pk]))

    visit.refresh_from_db()
    assert (visit.taken_back_at, day_sheet(TODAY).visitors) == (NOW, 0)


def test_a_visit_without_a_number_is_refused_on_the_sheet(desk: Client, spaces: dict[str, Space]) -> None:
    response = desk.post(reverse("admin:spaces_visit"), {"people": "", "purpose": "advice"})

    assert response.status_code == 422
    assert response.context["visit_form"]["purpose"].value() == "advice"
    assert not Visit.objects.exists()
