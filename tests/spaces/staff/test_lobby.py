from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from kyodo.centre.models import Closure
from spaces.actions import attendance
from spaces.models import Booking, Space
from tests.factories.spaces import BookingFactory, at
from tests.spaces.staff.conftest import TODAY

LOBBY = "/lobby/"


def booked_now(space: Space, group: Group, **options: object) -> Booking:
    return BookingFactory(space=space, group=group, day=TODAY, hour=13, **options)


def test_anybody_sees_which_space_is_in_use_but_never_by_whom(
    client: Client, spaces: dict[str, Space], group: Group
) -> None:
    booked_now(spaces["space-a"], group, purpose="内緒の相談")

    page = client.get(LOBBY).content.decode()
    places = {place.space.slug: place for place in client.get(LOBBY).context["lobby"].places}

    assert (places["space-a"].is_free, places["space-b"].is_free, places["kyodo-lab"].is_free) == (
        False,
        True,
        True,
    )
    assert f"{places['space-a'].until:%H:%M}" == "14:00"
    assert "使用中" in page
    for secret in ("あおば", "内緒", "代表"):
        assert secret not in page


def test_a_space_made_of_others_is_told_by_its_parts(client: Client, spaces: dict[str, Space]) -> None:
    assert [place.space.slug for place in client.get(LOBBY).context["lobby"].places] == [
        "kyodo-lab",
        "space-a",
        "space-b",
    ]


def test_the_screen_refreshes_itself(client: Client, spaces: dict[str, Space]) -> None:
    assert 'data-reload="60"' in client.get(LOBBY).content.decode()


def test_what_comes_later_is_told(client: Client, spaces: dict[str, Space], group: Group) -> None:
    BookingFactory(space=spaces["space-b"], group=group, day=TODAY, hour=16)

    page = client.get(LOBBY).content.decode()

    assert "16:00-17:00" in page


def test_a_closed_day_says_so(client: Client, spaces: dict[str, Space], manager: User, group: Group) -> None:
    Closure.objects.create(
        first_day=TODAY, last_day=TODAY, kind="disaster", reason="暴風警報が出たため", created_by=manager
    )

    page = client.get(LOBBY).content.decode()

    assert "暴風警報が出たため" in page
    assert "空いています" not in page


def check_in_url(booking: Booking) -> str:
    return reverse("check_in", args=[booking.reference])


@pytest.mark.parametrize("who", ["representative", "booking_manager", "member"])
def test_people_of_the_group_check_in_themselves(
    request: pytest.FixtureRequest,
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    group: Group,
    who: str,
) -> None:
    booking = booked_now(spaces["space-a"], group)
    client = sign_in(request.getfixturevalue(who))

    client.post(check_in_url(booking))

    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_by) == ("used", None)
    assert "受付が済んでいます" in client.get(check_in_url(booking)).content.decode()


def test_opening_the_page_changes_nothing(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, member: User
) -> None:
    booking = booked_now(spaces["space-a"], group)

    assert "来館を受け付ける" in sign_in(member).get(check_in_url(booking)).content.decode()

    booking.refresh_from_db()
    assert booking.status == "confirmed"


@pytest.mark.parametrize("who", ["citizen", "other_representative", "ward_officer"])
def test_others_are_told_that_there_is_no_such_booking(
    request: pytest.FixtureRequest,
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    group: Group,
    other_group: Group,
    who: str,
) -> None:
    booking = booked_now(spaces["space-a"], group)
    client = sign_in(request.getfixturevalue(who))

    assert client.get(check_in_url(booking)).status_code == 404
    assert client.post(check_in_url(booking)).status_code == 404
    with pytest.raises(PermissionDenied):
        attendance.check_in(booking=booking, by=request.getfixturevalue(who))
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_without_signing_in_the_way_leads_to_the_sign_in_page(
    client: Client, spaces: dict[str, Space], group: Group
) -> None:
    response = client.get(check_in_url(booked_now(spaces["space-a"], group)))

    assert response.status_code == 302
    assert "login" in response.url


@pytest.mark.parametrize(
    ("minutes", "status"), [(-16, "confirmed"), (-15, "used"), (59, "used"), (60, "confirmed")]
)
def test_the_group_checks_in_from_fifteen_minutes_before_until_the_end(
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    group: Group,
    member: User,
    minutes: int,
    status: str,
) -> None:
    booking = booked_now(spaces["space-a"], group)

    with time_machine.travel(at(TODAY, 13) + timedelta(minutes=minutes), tick=False):
        client = sign_in(member)
        shown = client.get(check_in_url(booking)).context["can_check_in"]
        client.post(check_in_url(booking))

    booking.refresh_from_db()
    assert booking.status == status
    assert shown == (status == "used")


def test_staff_check_in_through_the_code_at_any_time_of_the_day(
    desk: Client, spaces: dict[str, Space], group: Group, reception: User
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=17)

    desk.post(check_in_url(booking))

    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_by) == ("used", reception)


@pytest.mark.parametrize("trait", ["cancelled", "requested"])
def test_what_is_not_confirmed_cannot_be_checked_in(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, member: User, trait: str
) -> None:
    booking = booked_now(spaces["space-a"], group, **{trait: True})
    client = sign_in(member)

    assert "来館を受け付ける" not in client.get(check_in_url(booking)).content.decode()
    client.post(check_in_url(booking))
    booking.refresh_from_db()
    assert booking.status == trait
