"""Secret addresses that calendar programs read again and again."""

from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.actions import members
from accounts.models import Group, Membership, User
from kyodo import clock
from spaces.actions import bookings, holds
from spaces.actions import feeds as actions
from spaces.models import Booking, Feed, Space
from spaces.views.feeds import READS_PER_MINUTE
from tests.factories.spaces import BookingFactory, HoldFactory
from tests.racing import race
from tests.spaces.calendar.conftest import FRIDAY, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(space: Space, group: Group, representative: User) -> Booking:
    return BookingFactory(
        space=space,
        group=group,
        booked_by=representative,
        begins_at=at(FRIDAY + timedelta(days=7), 13),
        ends_at=at(FRIDAY + timedelta(days=7), 15),
    )


@pytest.fixture
def feed(group: Group, representative: User, now: time_machine.Traveller) -> Feed:
    return actions.renew_group_feed(group=group, by=representative)


def events(client: Client, feed: Feed) -> dict[str, icalendar.Event]:
    response = client.get(feed.get_absolute_url())
    assert response.status_code == 200
    found = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["UID"]).partition("@")[0]: event for event in found}


def test_a_feed_is_read_without_sign_in_and_sets_no_cookie(
    client: Client, booking: Booking, feed: Feed
) -> None:
    response = client.get(feed.get_absolute_url())

    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert response.cookies == {}
    assert response["X-Robots-Tag"] == "noindex"
    assert "METHOD" not in icalendar.Calendar.from_ical(response.content)


def test_a_group_feed_holds_the_bookings_of_the_group_and_of_no_other(
    client: Client, booking: Booking, feed: Feed, spaces: dict[str, Space], other_group: Group
) -> None:
    BookingFactory(space=spaces["space-b"], group=other_group)

    assert set(events(client, feed)) == {booking.reference}


def test_a_change_is_seen_under_the_same_uid_with_a_higher_sequence(
    client: Client, booking: Booking, feed: Feed, representative: User
) -> None:
    before = events(client, feed)[booking.reference]
    bookings.change_booking(
        booking=booking,
        version=1,
        by=representative,
        space=booking.space,
        begins_at=booking.begins_at - timedelta(hours=2),
        ends_at=booking.ends_at,
        people=8,
        purpose="総会",
    )
    after = events(client, feed)[booking.reference]

    assert (before["SEQUENCE"], after["SEQUENCE"]) == (1, 2)
    assert after["DTSTART"].dt == booking.begins_at - timedelta(hours=2)


def test_a_cancelled_booking_stays_for_a_while_as_cancelled_and_then_goes(
    client: Client, booking: Booking, feed: Feed, representative: User, now: time_machine.Traveller
) -> None:
    bookings.cancel_booking(booking=booking, by=representative)
    gone = events(client, feed)[booking.reference]
    assert gone["STATUS"] == "CANCELLED"
    assert str(gone["SUMMARY"]).startswith("【取消】")

    now.shift(timedelta(days=15))
    assert events(client, feed) == {}


def test_a_year_of_the_past_is_kept(
    client: Client, booking: Booking, feed: Feed, now: time_machine.Traveller
) -> None:
    now.shift(timedelta(days=365))
    assert booking.reference in events(client, feed)

    now.shift(timedelta(days=15))
    assert events(client, feed) == {}


def test_an_unchanged_feed_is_answered_with_304(client: Client, booking: Booking, feed: Feed) -> None:
    etag = client.get(feed.get_absolute_url())["ETag"]

    again = client.get(feed.get_absolute_url(), headers={"if-none-match": etag})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("change", ["cancel", "new", "check_in", "rename"])
def test_any_change_gives_another_etag(
    client: Client, booking: Booking, feed: Feed, representative: User, change: str
) -> None:
    etag = client.get(feed.get_absolute_url())["ETag"]
    if change == "cancel":
        bookings.cancel_booking(booking=booking, by=representative)
    elif change == "new":
        BookingFactory(space=booking.space, group=booking.group)
    elif change == "check_in":
        Booking.objects.update(version=2)
    else:
        Space.objects.filter(pk=booking.space_id).update(name="ひろば")

    assert client.get(feed.get_absolute_url(), headers={"if-none-match": etag}).status_code == 200


def test_an_unknown_address_is_404_without_a_page(client: Client, db: None) -> None:
    response = client.get("/feeds/nobody-knows-this.ics")

    assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")


def test_a_revoked_address_is_404(client: Client, feed: Feed, group: Group, representative: User) -> None:
    actions.revoke_group_feed(group=group, by=representative)

    assert client.get(feed.get_absolute_url()).status_code == 404


def test_a_renewed_feed_has_another_address_and_the_old_one_is_dead(
    client: Client, feed: Feed, group: Group, representative: User
) -> None:
    renewed = actions.renew_group_feed(group=group, by=representative)

    assert client.get(renewed.get_absolute_url()).status_code == 200
    assert client.get(feed.get_absolute_url()).status_code == 404


def test_reading_too_often_is_refused_for_a_minute(
    client: Client, feed: Feed, now: time_machine.Traveller
) -> None:
    cache.clear()
    for _ in range(READS_PER_MINUTE):
        assert client.get("/feeds/guess.ics").status_code == 404
    assert client.get(feed.get_absolute_url()).status_code == 429

    now.shift(timedelta(minutes=1))
    assert client.get(feed.get_absolute_url()).status_code == 200


def test_only_reading_is_possible(client: Client, feed: Feed) -> None:
    assert client.post(feed.get_absolute_url()).status_code == 405
    assert client.head(feed.get_absolute_url()).status_code == 200


def test_a_feed_costs_the_same_queries_for_one_booking_and_for_ten(
    client: Client, booking: Booking, feed: Feed, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for day in range(8, 17):
        BookingFactory(space=booking.space, group=booking.group, day=FRIDAY + timedelta(days=day))

    with django_assert_max_num_queries(8):
        assert len(events(client, feed)) == 10


# ── Who may make and end them ────────────────────────────────────────────────────────────────────────────────────


def test_each_member_has_an_own_address_to_renew_and_revoke(
    group: Group, representative: User, member: User
) -> None:
    first = actions.renew_group_feed(group=group, by=representative)
    second = actions.renew_group_feed(group=group, by=member)

    assert second.token != first.token
    actions.revoke_group_feed(group=group, by=member)
    assert set(Feed.objects.filter(revoked_at__isnull=True)) == {first}


def test_outsiders_and_staff_do_not(
    group: Group, other_group: Group, other_representative: User, manager: User
) -> None:
    for person in (other_representative, manager):
        for action in (
            actions.renew_group_feed,
            actions.revoke_group_feed,
            actions.revoke_all_group_feeds,
        ):
            with pytest.raises(PermissionDenied):
                action(group=group, by=person)


def test_who_leaves_or_is_removed_reads_no_more_and_the_others_go_on(
    client: Client, group: Group, representative: User, booking_manager: User, member: User
) -> None:
    stays, leaves, removed = (
        actions.renew_group_feed(group=group, by=person)
        for person in (representative, booking_manager, member)
    )

    members.leave_group(group=group, by=booking_manager)
    members.remove_member(membership=Membership.objects.get(user=member), by=representative)

    assert [client.get(feed.get_absolute_url()).status_code for feed in (stays, leaves, removed)] == [
        200,
        404,
        404,
    ]


def test_the_address_ends_with_the_account(
    client: Client, group: Group, representative: User, member: User
) -> None:
    feed = actions.renew_group_feed(group=group, by=member)

    User.objects.filter(pk=member.pk).update(is_active=False)

    assert client.get(feed.get_absolute_url()).status_code == 404


def test_who_acts_for_the_group_stops_the_addresses_of_all_and_members_do_not(
    group: Group, representative: User, booking_manager: User, member: User
) -> None:
    for person in (representative, member):
        actions.renew_group_feed(group=group, by=person)
    with pytest.raises(PermissionDenied):
        actions.revoke_all_group_feeds(group=group, by=member)

    actions.revoke_all_group_feeds(group=group, by=booking_manager)

    assert not Feed.objects.filter(revoked_at__isnull=True).exists()


def test_staff_have_a_feed_of_a_space_with_what_shares_its_units(
    client: Client, spaces: dict[str, Space], booking: Booking, group: Group, reception: User
) -> None:
    both = BookingFactory(space=spaces["space-ab"], group=group, day=FRIDAY + timedelta(days=9))
    BookingFactory(space=spaces["space-b"], group=group, day=FRIDAY + timedelta(days=9), hour=18)
    hold = HoldFactory(units=list(spaces["space-a"].units.all()), day=FRIDAY + timedelta(days=10))

    feed = actions.renew_space_feed(space=spaces["space-a"], by=reception)

    found = events(client, feed)
    assert set(found) == {booking.reference, both.reference, f"hold-{hold.pk}"}
    assert group.name in str(found[booking.reference]["SUMMARY"])


def test_a_hold_let_go_stays_for_a_while_as_cancelled(
    client: Client, space: Space, coordinator: User, now: time_machine.Traveller
) -> None:
    hold = HoldFactory(units=list(space.units.all()), day=FRIDAY + timedelta(days=10))
    feed = actions.renew_space_feed(space=space, by=coordinator)
    etag = client.get(feed.get_absolute_url())["ETag"]

    holds.release_hold(hold=hold, by=coordinator)

    assert client.get(feed.get_absolute_url(), headers={"if-none-match": etag}).status_code == 200
    entry = events(client, feed)[f"hold-{hold.pk}"]
    assert (entry["STATUS"], entry["SEQUENCE"]) == ("CANCELLED", 1)
    assert str(entry["SUMMARY"]).startswith("【取消】")
    now.move_to(clock.now() + timedelta(days=15))
    assert f"hold-{hold.pk}" not in events(client, feed)


def test_staff_see_who_has_an_address_but_not_the_address_and_stop_it(
    client: Client, feed: Feed, representative: User, coordinator: User, reception: User
) -> None:
    address = reverse("admin:spaces_feed_changelist")
    stop = {"action": "stop", "_selected_action": [feed.pk]}
    client.force_login(reception)
    page = client.get(address).content.decode()
    assert representative.email in page
    assert feed.token not in page
    assert feed.token not in client.get(reverse("admin:spaces_feed_change", args=[feed.pk])).content.decode()
    client.post(address, stop)
    assert client.get(feed.get_absolute_url()).status_code == 200

    client.force_login(coordinator)
    client.post(address, stop)

    assert client.get(feed.get_absolute_url()).status_code == 404


def test_the_feed_of_a_space_ends_with_the_role_of_its_officer(
    client: Client, space: Space, reception: User
) -> None:
    feed = actions.renew_space_feed(space=space, by=reception)
    assert client.get(feed.get_absolute_url()).status_code == 200

    User.objects.filter(pk=reception.pk).update(role=User.Role.CITIZEN)

    assert client.get(feed.get_absolute_url()).status_code == 404


def test_each_officer_has_an_own_feed_of_a_space(space: Space, reception: User, coordinator: User) -> None:
    first = actions.renew_space_feed(space=space, by=reception)
    second = actions.renew_space_feed(space=space, by=coordinator)

    actions.revoke_space_feed(space=space, by=coordinator)

    assert set(Feed.objects.filter(revoked_at__isnull=True)) == {first}
    assert second.token != first.token


def test_citizens_have_no_feed_of_a_space(space: Space, representative: User, ward_officer: User) -> None:
    for person in (representative, ward_officer):
        with pytest.raises(PermissionDenied):
            actions.renew_space_feed(space=space, by=person)
        with pytest.raises(PermissionDenied):
            actions.revoke_space_feed(space=space, by=person)


# ── Their pages ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_members_see_their_own_address_and_cannot_stop_those_of_others(
    client: Client, group: Group, feed: Feed, member: User
) -> None:
    client.force_login(member)
    client.post(f"/groups/{group.number}/calendar/renew/")

    page = client.get(f"/groups/{group.number}/calendar/")

    assert Feed.objects.get(created_by=member).token in page.text
    assert feed.token not in page.text
    assert "revoke-all/" not in page.text
    assert client.post(f"/groups/{group.number}/calendar/revoke-all/").status_code == 403


def test_the_representative_stops_the_addresses_of_all_on_the_page(
    client: Client, group: Group, feed: Feed, representative: User, member: User
) -> None:
    actions.renew_group_feed(group=group, by=member)
    client.force_login(representative)
    page = f"/groups/{group.number}/calendar/"
    assert "いま2人です" in client.get(page).text

    assert client.post(page + "revoke-all/").status_code == 302

    assert not Feed.objects.filter(revoked_at__isnull=True).exists()


def test_a_member_makes_renews_and_revokes_on_the_page(
    client: Client, group: Group, member: User, now: time_machine.Traveller
) -> None:
    client.force_login(member)
    page = f"/groups/{group.number}/calendar/"

    assert "アドレスを作る" in client.get(page).text
    assert client.post(page + "renew/").status_code == 302
    first = Feed.objects.get(revoked_at__isnull=True)
    assert "webcal://" in client.get(page).text
    client.post(page + "renew/")
    assert not Feed.objects.filter(pk=first.pk, revoked_at__isnull=True).exists()
    client.post(page + "revoke/")
    assert not Feed.objects.filter(revoked_at__isnull=True).exists()


def test_opening_the_page_makes_nothing(client: Client, group: Group, representative: User) -> None:
    client.force_login(representative)

    client.get(f"/groups/{group.number}/calendar/")

    assert client.get(f"/groups/{group.number}/calendar/renew/").status_code == 302
    assert Feed.objects.count() == 0


def test_the_address_of_a_group_is_shown_to_nobody_outside_it(
    client: Client, group: Group, feed: Feed, other_representative: User, other_group: Group, manager: User
) -> None:
    client.force_login(other_representative)
    assert client.get(f"/groups/{group.number}/calendar/").status_code == 404
    client.force_login(manager)
    assert client.get(f"/groups/{group.number}/calendar/").status_code == 403


def test_calendars_are_linked_where_people_look_for_them(
    client: Client, space: Space, group: Group, reception: User, member: User
) -> None:
    of_space, of_group = f"/spaces/{space.slug}/calendar/", f"/groups/{group.number}/calendar/"
    client.force_login(member)
    assert of_space not in client.get(space.get_absolute_url()).text
    assert of_group in client.get(group.get_absolute_url()).text

    client.force_login(reception)
    assert of_space in client.get(space.get_absolute_url()).text
    assert of_group not in client.get(group.get_absolute_url()).text


def test_the_page_of_a_space_is_for_staff(
    client: Client, space: Space, reception: User, representative: User
) -> None:
    page = f"/spaces/{space.slug}/calendar/"
    client.force_login(representative)
    assert client.get(page).status_code == 403
    assert client.post(page + "renew/").status_code == 403

    client.force_login(reception)
    client.post(page + "renew/")
    assert Feed.objects.get().token in client.get(page).text
    client.post(page + "revoke/")
    assert "まだアドレスがありません" in client.get(page).text


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_renewals_at_once_leave_one_open_feed(
    transactional_db: None, group: Group, representative: User
) -> None:
    outcome = race(
        lambda: actions.renew_group_feed(group=group, by=representative),
        lambda: actions.renew_group_feed(group=group, by=representative),
    )

    assert (outcome.won, outcome.broke) == (2, [])
    assert Feed.objects.filter(group=group, revoked_at__isnull=True).count() == 1
