"""Files that Google, Apple and Outlook accept: RFC 5545 to the letter."""

import re
from datetime import timedelta

import icalendar
import pytest
from django.test import Client

from accounts.models import Group, User
from kyodo import clock
from kyodo.centre.queries import current_centre
from spaces import calendar
from spaces.models import Booking, Space
from tests.factories.centre import CentreFactory
from tests.factories.spaces import BookingFactory
from tests.spaces.calendar.conftest import FRIDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(space: Space, group: Group, representative: User) -> Booking:
    CentreFactory()
    return BookingFactory(
        space=space,
        group=group,
        booked_by=representative,
        begins_at=at(FRIDAY + timedelta(days=7), 13),
        ends_at=at(FRIDAY + timedelta(days=7), 15),
        purpose="打合せ; 議題は, 秋の催しと「みまもり」\n二行目 " + "長い目的" * 20,
    )


def event_of(content: bytes) -> icalendar.Event:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event


def test_lines_end_with_crlf_and_are_folded_at_75_octets(booking: Booking) -> None:
    content = calendar.one(booking, current_centre())

    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_folding_never_cuts_a_character(booking: Booking) -> None:
    for line in calendar.one(booking, current_centre()).split(b"\r\n"):
        line.decode("utf-8")


def test_commas_semicolons_and_new_lines_survive(booking: Booking) -> None:
    description = str(event_of(calendar.one(booking, current_centre()))["DESCRIPTION"])

    assert booking.purpose in description


def test_an_event_has_what_the_standard_asks_for(booking: Booking) -> None:
    content = calendar.one(booking, current_centre())
    event = event_of(content)

    assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "STATUS", "SUMMARY", "LOCATION", "URL"} <= set(
        event
    )
    for line in (b"VERSION:2.0", b"PRODID:-//Kyodo//spaces//JA", b"METHOD:PUBLISH"):
        assert content.count(line) == 1
    assert re.search(rb"DTSTAMP:\d{8}T\d{6}Z", content)


def test_times_are_those_of_tokyo_with_its_zone_in_the_file(booking: Booking) -> None:
    content = calendar.one(booking, current_centre())
    event = event_of(content)

    assert b"DTSTART;TZID=Asia/Tokyo:20261127T130000" in content
    assert b"BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo" in content
    assert b"TZOFFSETTO:+0900" in content
    assert clock.local(event["DTSTART"].dt) == booking.begins_at


def test_the_place_is_the_space_in_the_centre_with_its_address(booking: Booking) -> None:
    location = str(event_of(calendar.one(booking, current_centre()))["LOCATION"])

    assert location.startswith("スペースA, みなと市民協働推進センター, 〒231-0005")


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Booking.Status.REQUESTED, "TENTATIVE"),
        (Booking.Status.CONFIRMED, "CONFIRMED"),
        (Booking.Status.USED, "CONFIRMED"),
        (Booking.Status.NO_SHOW, "CONFIRMED"),
        (Booking.Status.DECLINED, "CANCELLED"),
        (Booking.Status.CANCELLED, "CANCELLED"),
    ],
)
def test_every_status_has_its_word(booking: Booking, status: str, expected: str) -> None:
    booking.status = status

    assert event_of(calendar.one(booking, current_centre()))["STATUS"] == expected


def test_a_mailed_entry_names_who_asks_and_who_is_asked(booking: Booking) -> None:
    event = event_of(calendar.mailed([booking], current_centre(), attendees=["aoba@example.jp"]))

    assert str(event["ORGANIZER"]).startswith("mailto:")
    assert str(event["ATTENDEE"]) == "mailto:aoba@example.jp"


def test_the_file_of_a_booking_is_for_its_people_and_staff(
    client: Client, booking: Booking, representative: User, member: User, reception: User
) -> None:
    for person in (representative, member, reception):
        client.force_login(person)
        response = client.get(f"/bookings/{booking.reference}/calendar.ics")
        assert response.status_code == 200
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert str(event_of(response.content)["UID"]).startswith(booking.reference)


def test_the_file_of_a_booking_does_not_exist_for_others(
    client: Client, booking: Booking, other_representative: User, other_group: Group, citizen: User
) -> None:
    for person in (other_representative, citizen):
        client.force_login(person)
        assert client.get(f"/bookings/{booking.reference}/calendar.ics").status_code == 404


def test_the_file_of_a_booking_asks_for_sign_in(client: Client, booking: Booking) -> None:
    response = client.get(f"/bookings/{booking.reference}/calendar.ics")

    assert response.status_code == 302
    assert "login" in response["Location"]
