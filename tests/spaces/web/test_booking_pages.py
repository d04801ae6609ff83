"""A booking's own page, changing it, cancelling it, and the list of mine."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.actions import bookings as actions
from spaces.models import Booking, BookingPolicy, Space
from spaces.queries.bookings import group_bookings, upcoming_bookings
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory
from tests.spaces.web.conftest import WEDNESDAY, wish


@pytest.fixture
def booking(space_a: Space, group: Group, representative: User) -> Booking:
    return BookingFactory(space=space_a, group=group, booked_by=representative, day=WEDNESDAY, hour=13)


def changed(booking: Booking, **changes: str) -> dict[str, str]:
    return {
        "space": booking.space.slug,
        "date": "2026-11-25",
        "begins": "15:00",
        "ends": "16:00",
        "people": "6",
        "purpose": "編集会議",
        "use": booking.use,
        "version": str(booking.version),
    } | changes


# ── Who sees it ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_booking_is_seen_by_its_group_and_by_staff_only(
    client: Client,
    booking: Booking,
    representative: User,
    member: User,
    reception: User,
    citizen: User,
    other_group: Group,
    other_representative: User,
    ward_officer: User,
) -> None:
    url = booking.get_absolute_url()
    assert client.get(url).status_code == 302

    for person, status in (
        (representative, 200),
        (member, 200),
        (reception, 200),
        (citizen, 404),
        (other_representative, 404),
        (ward_officer, 404),
    ):
        client.force_login(person)
        for page in (url, f"{url}change/", f"{url}cancel/"):
            if person == member and page != url:
                assert client.get(page).status_code == 403
            else:
                assert client.get(page).status_code == status, (person, page)


@pytest.mark.parametrize("reference", ["NONE2345", "x", "あ"])
def test_an_unknown_reference_is_not_found(aoba: Client, reference: str) -> None:
    assert aoba.get(f"/bookings/{reference}/").status_code == 404


def test_history_is_for_staff(aoba: Client, booking: Booking, reception: User) -> None:
    assert "これまでの記録" not in aoba.get(booking.get_absolute_url()).text

    aoba.force_login(reception)

    assert "これまでの記録" in aoba.get(booking.get_absolute_url()).text


def test_looking_changes_nothing(aoba: Client, booking: Booking) -> None:
    url = booking.get_absolute_url()

    for page in (url, f"{url}change/", f"{url}cancel/"):
        assert aoba.get(page).status_code == 200

    assert Booking.objects.get().version == booking.version
    assert not OutgoingMail.objects.exists()


# ── Changing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_booking_is_changed(aoba: Client, booking: Booking) -> None:
    response = aoba.post(f"{booking.get_absolute_url()}change/", changed(booking, space="space-b"))

    assert response.status_code == 302
    now = Booking.objects.get()
    assert (now.space.slug, now.people, now.purpose) == ("space-b", 6, "編集会議")
    assert now.begins_at == clock.at(WEDNESDAY, time(15))
    assert OutgoingMail.objects.filter(kind="spaces/booking_changed").count() == 1


def test_the_form_shows_what_is_booked(aoba: Client, booking: Booking) -> None:
    text = aoba.get(f"{booking.get_absolute_url()}change/").text

    assert '<option value="13:00" selected' in text
    assert '<option value="space-a" selected' in text
    assert booking.purpose in text


def test_a_change_passes_the_same_limits(aoba: Client, booking: Booking) -> None:
    response = aoba.post(f"{booking.get_absolute_url()}change/", changed(booking, people="19", ends="15:00"))

    errors = response.context["form"].errors.as_data()
    assert errors["ends"][0].code == "time_order"
    assert Booking.objects.get().people == booking.people


def test_a_change_to_a_taken_time_offers_others_that_fill_in_the_form(
    aoba: Client, booking: Booking, space_a: Space
) -> None:
    BookingFactory(space=space_a, day=WEDNESDAY, hour=15)

    response = aoba.post(f"{booking.get_absolute_url()}change/", changed(booking))

    assert response.context["form"].errors.as_data()["begins"][0].code == "taken"
    link = response.context["instead"][0].links[-1]
    assert link.url.startswith(f"/bookings/{booking.reference}/change/?")
    assert '<option value="16:30" selected' in aoba.get(link.url).text


def test_of_two_who_change_at_once_the_second_sees_both(
    aoba: Client, booking: Booking, booking_manager: User
) -> None:
    typed = changed(booking)
    actions.change_booking(
        booking=booking,
        version=booking.version,
        by=booking_manager,
        space=booking.space,
        begins_at=clock.at(WEDNESDAY, time(10)),
        ends_at=clock.at(WEDNESDAY, time(11)),
        people=3,
        purpose="先に変えた目的",
    )

    response = aoba.post(f"{booking.get_absolute_url()}change/", typed)

    assert response.status_code == 200
    assert "先に変えた目的" in response.text
    assert "編集会議" in response.text
    assert Booking.objects.get().purpose == "先に変えた目的"
    again = typed | {"version": response.context["form"]["version"].value()}
    assert aoba.post(f"{booking.get_absolute_url()}change/", again).status_code == 302
    assert Booking.objects.get().purpose == "編集会議"


def test_its_own_hours_do_not_stand_in_the_way_of_a_change(
    aoba: Client, group: Group, lab: Space, representative: User
) -> None:
    booking = BookingFactory(
        space=lab, group=group, booked_by=representative, day=WEDNESDAY, hour=9, minutes=180
    )

    assert "あと3時間です" in aoba.get(f"{booking.get_absolute_url()}change/").text
    response = aoba.post(
        f"{booking.get_absolute_url()}change/", changed(booking, begins="10:00", ends="13:00")
    )

    assert response.status_code == 302


def test_after_the_deadline_the_group_phones_and_staff_change(
    aoba: Client, booking: Booking, reception: User
) -> None:
    BookingPolicy.objects.update(change_deadline_hours=24)
    url = booking.get_absolute_url()

    with time_machine.travel(datetime(2026, 11, 25, 9, tzinfo=clock.TOKYO), tick=False):
        assert "センターにお電話ください" in aoba.get(url).text
        assert aoba.get(f"{url}change/").status_code == 302
        refused = aoba.post(f"{url}change/", changed(booking))
        assert refused.context["form"].errors.as_data()["__all__"][0].code == "deadline"
        assert aoba.post(f"{url}cancel/").status_code == 200
        assert Booking.objects.get().status == Booking.Status.CONFIRMED

        aoba.force_login(reception)
        assert aoba.post(f"{url}cancel/", {"reason": "電話で"}).status_code == 302
        assert Booking.objects.get().status == Booking.Status.CANCELLED


def test_a_member_neither_changes_nor_cancels(client: Client, booking: Booking, member: User) -> None:
    client.force_login(member)

    assert client.post(f"{booking.get_absolute_url()}change/", changed(booking)).status_code == 403
    assert client.post(f"{booking.get_absolute_url()}cancel/").status_code == 403
    assert Booking.objects.get().status == Booking.Status.CONFIRMED


def test_nonsense_in_a_change_is_told(aoba: Client, booking: Booking) -> None:
    for typed in (changed(booking, version="x"), changed(booking, space="none"), {}):
        assert aoba.post(f"{booking.get_absolute_url()}change/", typed).status_code == 200
    assert Booking.objects.get().version == booking.version


# ── Cancelling ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_with_a_button_cancels(aoba: Client, booking: Booking) -> None:
    page = aoba.get(f"{booking.get_absolute_url()}cancel/")
    response = aoba.post(f"{booking.get_absolute_url()}cancel/", {"reason": "会場を変えたため"}, follow=True)

    assert "2026年11月25日（水） 13:00まで" in page.text
    assert "取消" in response.text
    now = Booking.objects.get()
    assert now.status == Booking.Status.CANCELLED
    assert now.reason == "会場を変えたため"
    assert not now.occupancies.exists()


def test_cancelling_twice_is_told_once(aoba: Client, booking: Booking) -> None:
    aoba.post(f"{booking.get_absolute_url()}cancel/")

    again = aoba.post(f"{booking.get_absolute_url()}cancel/")

    assert again.status_code == 200
    assert again.context["form"].errors.as_data()["__all__"][0].code == "status"
    told = OutgoingMail.objects.filter(kind="spaces/booking_cancelled").values_list("to", flat=True)
    assert told
    assert len(set(told)) == len(told), "each person once"


# ── Mine ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_my_list_has_what_is_coming_then_what_is_past(
    aoba: Client, booking: Booking, group: Group, space_a: Space
) -> None:
    begins_at = clock.at(WEDNESDAY - timedelta(days=20), time(10))
    past = BookingFactory(
        space=space_a, group=group, begins_at=begins_at, ends_at=begins_at + timedelta(hours=1), used=True
    )
    gone = BookingFactory(space=space_a, group=group, day=WEDNESDAY, hour=9, cancelled=True)
    foreign = BookingFactory(space=space_a, day=WEDNESDAY, hour=17)

    coming, before = aoba.get("/bookings/").text, aoba.get("/bookings/?when=past").text

    assert booking.reference in coming
    assert past.reference not in coming
    assert past.reference in before
    assert gone.reference in before
    assert foreign.reference not in coming + before


def test_the_list_can_be_of_one_group(aoba: Client, booking: Booking, representative: User) -> None:
    second = GroupFactory(representative=representative)

    assert booking.reference not in aoba.get(f"/bookings/?group={second.pk}").text
    assert booking.reference in aoba.get(f"/bookings/?group={booking.group_id}").text
    assert booking.reference in aoba.get("/bookings/?group=x").text


def test_staff_have_no_bookings_of_their_own(client: Client, booking: Booking, reception: User) -> None:
    client.force_login(reception)

    assert booking.reference not in client.get("/bookings/").text


def test_a_long_list_has_pages(aoba: Client, group: Group, lab: Space) -> None:
    for number in range(21):
        BookingFactory(space=lab, group=group, day=WEDNESDAY + timedelta(days=number), hour=10)

    assert 'rel="next"' in aoba.get("/bookings/").text
    assert aoba.get("/bookings/?page=2").text.count('class="code"') == 1
    assert aoba.get("/bookings/?page=zzz").status_code == 200


@pytest.mark.parametrize("page", ["/bookings/", "/bookings/?when=past"])
def test_more_bookings_cost_no_more_queries(aoba: Client, group: Group, lab: Space, page: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            aoba.get(page)
        return len(captured)

    def add(hour: int) -> None:
        BookingFactory(space=lab, group=group, day=WEDNESDAY, hour=hour)
        BookingFactory(space=lab, group=group, day=WEDNESDAY, hour=hour, cancelled=True)

    add(9)
    queries()
    one = queries()
    add(10)
    add(11)

    assert queries() == one
    assert one <= 12


def test_the_front_door_asks_for_what_is_coming(
    booking: Booking, group: Group, representative: User, citizen: User
) -> None:
    BookingFactory(group=group, space=booking.space, day=WEDNESDAY, hour=9, cancelled=True)

    assert upcoming_bookings(representative) == [booking]
    assert upcoming_bookings(citizen) == []
    assert group_bookings(group) == [booking]


def test_a_win_leads_to_its_claim_not_to_the_centre(aoba: Client, booking: Booking, group: Group) -> None:
    Booking.objects.filter(pk=booking.pk).update(
        status=Booking.Status.REQUESTED, claim_until=clock.now() + timedelta(days=3)
    )

    assert "当選（確認待ち）" in aoba.get(booking.get_absolute_url()).text


def test_the_form_never_offers_a_rule_to_set_aside_to_a_group(aoba: Client, booking: Booking) -> None:
    response = aoba.post(f"{booking.get_absolute_url()}change/", changed(booking, people="19"))

    assert "例外" not in response.text


def test_staff_change_with_a_reason(client: Client, booking: Booking, reception: User) -> None:
    client.force_login(reception)
    url = f"{booking.get_absolute_url()}change/"

    assert "例外にする理由" in client.post(url, changed(booking, people="19")).text
    client.post(url, changed(booking, people="19") | {"override": ["people"], "override_reason": "見学の方"})

    assert Booking.objects.get().people == 19


def test_wish_helper_is_what_the_form_sends(group: Group) -> None:
    assert set(wish(group)) == {"group", "date", "begins", "ends", "people", "purpose"}
