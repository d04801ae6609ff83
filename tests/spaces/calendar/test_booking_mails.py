"""What each change of a booking tells whom."""

from datetime import timedelta

import icalendar
import pytest
from django.test import Client

from accounts.models import Group, User
from kyodo.mail.models import OutgoingMail
from spaces import calendar, emails
from spaces.actions import bookings
from spaces.models import Booking, Space
from tests.factories.accounts import MembershipFactory
from tests.factories.centre import CentreFactory
from tests.factories.spaces import BookingFactory, SeriesFactory
from tests.spaces.calendar.conftest import FRIDAY, at, kinds, mails_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(space: Space, group: Group, representative: User) -> Booking:
    return BookingFactory(
        space=space,
        group=group,
        booked_by=representative,
        begins_at=at(FRIDAY + timedelta(days=7), 13),
        ends_at=at(FRIDAY + timedelta(days=7), 15),
        purpose="<月例会> & 打合せ",
    )


def book(space: Space, group: Group, by: User, **wish: object) -> Booking:
    day = FRIDAY + timedelta(days=7)
    return bookings.book_space(
        space=space,
        group=group,
        begins_at=at(day, 13),
        ends_at=at(day, 15),
        people=5,
        purpose="月例会",
        by=by,
        **wish,
    )


def entry_of(mail: OutgoingMail) -> icalendar.Calendar:
    return icalendar.Calendar.from_ical(bytes(mail.attachments.get().content))


def test_a_booking_is_confirmed_to_the_person_who_booked(
    space: Space, group: Group, representative: User
) -> None:
    booking = book(space, group, representative)

    (mail,) = OutgoingMail.objects.all()
    assert mail.to == representative.email
    assert mail.subject == "【予約確定】スペースA 11月27日（金）13:00"
    assert booking.reference in mail.body
    assert "2026年11月27日（金） 13:00-15:00" in mail.body
    assert f"/bookings/{booking.reference}/cancel/" in mail.body


def test_text_is_written_as_typed_not_as_html(booking: Booking) -> None:
    emails.booking_confirmed(booking)

    assert "<月例会> & 打合せ" in OutgoingMail.objects.get().body


def test_a_booking_made_by_staff_is_told_to_the_contact_of_the_group(
    space: Space, group: Group, reception: User
) -> None:
    book(space, group, reception, channel=Booking.Channel.STAFF)

    in_charge = group.memberships.get(role="representative").user.email
    assert sorted(mail.to for mail in OutgoingMail.objects.all()) == sorted([group.contact_email, in_charge])


def test_who_left_the_group_hears_no_more_of_its_bookings(
    booking: Booking, group: Group, representative: User
) -> None:
    group.memberships.filter(user=representative).delete()

    emails.booking_confirmed(booking)

    assert [mail.to for mail in OutgoingMail.objects.all()] == [group.contact_email]


def test_a_request_says_that_an_answer_follows(
    spaces: dict[str, Space], group: Group, representative: User
) -> None:
    book(spaces["space-ab"], group, representative, use=Booking.Use.EVENT, supported_by="市民局")

    (mail,) = OutgoingMail.objects.all()
    assert mail.subject.startswith("【予約申込】")
    assert entry_of(mail).walk("VEVENT")[0]["STATUS"] == "TENTATIVE"


def test_a_request_is_told_to_the_address_of_the_centre(
    spaces: dict[str, Space], group: Group, representative: User
) -> None:
    CentreFactory(email="centre@example.jp")

    requested = book(spaces["space-ab"], group, representative, use=Booking.Use.EVENT, supported_by="市民局")

    mail = OutgoingMail.objects.get(to="centre@example.jp")
    assert mail.subject.startswith("【承認待ち】スペースA・B")
    assert f"/admin/spaces/booking/{requested.pk}/" in mail.body


def test_an_approval_and_a_refusal_are_mailed(
    spaces: dict[str, Space], booking: Booking, coordinator: User
) -> None:
    Booking.objects.update(status=Booking.Status.REQUESTED)
    bookings.approve_booking(booking=booking, version=booking.version, by=coordinator)
    Booking.objects.update(status=Booking.Status.REQUESTED)
    bookings.decline_booking(booking=booking, by=coordinator, reason="催しと重なるため")

    assert kinds() == ["spaces/booking_approved", "spaces/booking_declined"]
    assert "催しと重なるため" in OutgoingMail.objects.get(kind="spaces/booking_declined").body


def test_a_change_by_the_group_reaches_the_person_and_raises_the_sequence(
    booking: Booking, representative: User
) -> None:
    change(booking, by=representative)

    (mail,) = OutgoingMail.objects.all()
    event = entry_of(mail).walk("VEVENT")[0]
    assert mail.to == representative.email
    assert mail.subject == "【予約変更】スペースA 11月27日（金）14:00"
    assert (entry_of(mail)["METHOD"], event["SEQUENCE"]) == ("REQUEST", 2)


def test_a_change_by_staff_reaches_the_person_and_the_contact(
    booking: Booking, group: Group, representative: User, reception: User
) -> None:
    change(booking, by=reception)

    assert {mail.to for mail in OutgoingMail.objects.all()} == {representative.email, group.contact_email}
    assert "センターで予約の内容を変更しました" in OutgoingMail.objects.first().body


def test_the_contact_who_booked_gets_one_mail_not_two(
    booking: Booking, group: Group, reception: User
) -> None:
    group.contact_email = booking.booked_by.email.upper()
    group.save()
    booking.group.refresh_from_db()

    bookings.cancel_booking(booking=booking, by=reception, reason="設備の点検のため")

    assert len(mails_to(booking.booked_by.email)) == 1
    assert OutgoingMail.objects.count() == 1


def test_a_cancellation_by_staff_gives_the_reason_and_takes_the_entry_out_of_the_calendar(
    booking: Booking, reception: User
) -> None:
    bookings.cancel_booking(booking=booking, by=reception, reason="大雨の警報のため")

    mail = OutgoingMail.objects.first()
    calendar = entry_of(mail)
    assert mail.subject == "【予約取消】スペースA 11月27日（金）13:00"
    assert "大雨の警報のため" in mail.body
    assert mail.attachments.get().content_type == "text/calendar; charset=utf-8; method=CANCEL"
    assert (calendar["METHOD"], calendar.walk("VEVENT")[0]["STATUS"]) == ("CANCEL", "CANCELLED")


def test_a_win_that_lapsed_is_told_as_such(booking: Booking) -> None:
    bookings.cancel_booking(booking=booking, by=None, reason="期限切れ")

    mails = OutgoingMail.objects.all()
    assert {mail.subject.partition("】")[0] for mail in mails} == {"【当選の期限切れ"}
    assert len({mail.to for mail in mails}) == len(mails)


def test_the_uid_stays_the_same_through_the_life_of_a_booking(booking: Booking, representative: User) -> None:
    emails.booking_confirmed(booking)
    change(booking, by=representative)
    booking.refresh_from_db()
    bookings.cancel_booking(booking=booking, by=representative)

    events = [entry_of(mail).walk("VEVENT")[0] for mail in OutgoingMail.objects.order_by("pk")]
    assert {event["UID"] for event in events} == {f"{booking.reference}@localhost"}
    assert sorted({event["SEQUENCE"] for event in events}) == [1, 2, 3]


def test_a_series_is_one_mail_with_one_file_of_all_its_dates(
    space: Space, group: Group, representative: User
) -> None:
    series = SeriesFactory(group=group, space=space, created_by=representative)
    for week in range(4):
        BookingFactory(
            series=series,
            space=space,
            group=group,
            booked_by=representative,
            day=FRIDAY + timedelta(weeks=week + 1),
        )

    emails.series_booked(series)

    (mail,) = OutgoingMail.objects.all()
    assert mail.subject == "【くり返し予約】スペースA 11月27日（金）10:00から4回"
    entry = entry_of(mail)
    assert entry["METHOD"] == "PUBLISH"
    assert len({str(event["UID"]) for event in entry.walk("VEVENT")}) == 4
    # Clients take one entry of a REQUEST, and what is published has no attendees (RFC 5546, 3.2.1).
    assert not any("ATTENDEE" in event for event in entry.walk("VEVENT"))
    assert all("ORGANIZER" in event for event in entry.walk("VEVENT"))


def test_cancelling_the_rest_of_a_series_is_one_mail_of_the_cancelled_dates(
    space: Space, group: Group, representative: User, reception: User
) -> None:
    series = SeriesFactory(group=group, space=space, created_by=representative)
    gone = [
        BookingFactory(
            series=series, space=space, group=group, cancelled=True, day=FRIDAY + timedelta(weeks=week)
        )
        for week in (2, 3)
    ]

    emails.series_cancelled(series, gone, reception)

    mail = mails_to(representative.email)[0]
    assert "2回" in mail.subject
    entry = entry_of(mail)
    assert entry["METHOD"] == "PUBLISH"
    for event, booking in zip(entry.walk("VEVENT"), gone, strict=True):
        assert str(event["UID"]).startswith(booking.reference)
        assert event["STATUS"] == "CANCELLED"
        assert str(event["SUMMARY"]).startswith("【取消】")
    assert mails_to(group.contact_email)


def test_cancelling_one_of_a_series_takes_one_entry_out_of_the_calendar(
    space: Space, group: Group, representative: User
) -> None:
    series = SeriesFactory(group=group, space=space, created_by=representative)
    gone = BookingFactory(series=series, space=space, group=group, cancelled=True)

    emails.series_cancelled(series, [gone], representative)

    entry = entry_of(mails_to(representative.email)[0])
    assert entry["METHOD"] == "CANCEL"
    assert [str(event["UID"]) for event in entry.walk("VEVENT")] == [calendar.uid(gone)]


def test_opening_the_links_of_a_mail_changes_nothing(
    client: Client, booking: Booking, representative: User
) -> None:
    """Mail scanners follow links, and so may a person signed in."""
    client.force_login(representative)

    for name in ("", "cancel/"):
        assert client.get(f"/bookings/{booking.reference}/{name}").status_code == 200

    booking.refresh_from_db()
    assert booking.status == Booking.Status.CONFIRMED


def test_a_second_member_does_not_receive_what_the_first_booked(
    space: Space, group: Group, representative: User, citizen: User
) -> None:
    MembershipFactory(group=group, user=citizen)

    book(space, group, representative)

    assert mails_to(citizen.email) == []


def change(booking: Booking, *, by: User) -> None:
    bookings.change_booking(
        booking=booking,
        version=booking.version,
        by=by,
        space=booking.space,
        begins_at=booking.begins_at + timedelta(hours=1),
        ends_at=booking.ends_at + timedelta(hours=1),
        people=6,
        purpose=booking.purpose,
    )
