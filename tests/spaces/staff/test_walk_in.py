from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from kyodo import clock
from spaces.actions.walk_ins import begins_now, book_walk_in
from spaces.models import Booking, Space
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory
from tests.spaces.staff.conftest import TODAY


def walk_in(client: Client, slug: str = "kyodo-lab", **values: object) -> HttpResponse:
    answers = {"group_name": "あおば見守りの会", "people": 4, "ends": "14:00", "purpose": "打合せ"} | values
    return client.post(reverse("admin:spaces_booking_walk_in", args=[slug]), answers)


def test_a_group_at_the_counter_is_booked_and_checked_in_at_once(
    desk: Client, spaces: dict[str, Space], group: Group, reception: User
) -> None:
    response = walk_in(desk)

    booking = Booking.objects.get()
    assert response.status_code == 302
    assert (booking.status, booking.channel, booking.group, booking.checked_in_by) == (
        "used",
        "walk_in",
        group,
        reception,
    )
    assert f"{clock.local(booking.begins_at):%H:%M}" == "13:00"
    assert booking.occupancies.count() == 1


def test_pressed_twice_a_group_gets_one_table(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    first, second = walk_in(desk), walk_in(desk)

    booking = Booking.objects.get()
    assert (booking.status, booking.occupancies.count()) == ("used", 1)
    assert second.headers["Location"] == first.headers["Location"]


def test_part_of_a_name_offers_groups_to_choose_from(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    other = GroupFactory(name="あおば音楽会", name_kana="あおばおんがくかい")

    offered = walk_in(desk, group_name="あおば")
    assert offered.status_code == 422
    assert {"あおば見守りの会", "あおば音楽会"} <= {
        str(label) for _value, label in offered.context["form"].fields["picked"].choices
    }
    assert not Booking.objects.exists()

    walk_in(desk, group_name="あおば", picked=other.pk)
    assert Booking.objects.get().group == other


@pytest.mark.parametrize("typed", ["T12345", "あおばみまもり", "見守り"])
def test_a_group_is_found_by_number_kana_or_part_of_its_name(
    desk: Client, spaces: dict[str, Space], group: Group, typed: str
) -> None:
    Group.objects.filter(pk=group.pk).update(number="T12345")

    walk_in(desk, group_name=typed, picked=group.pk)

    assert Booking.objects.get().group == group


def test_a_group_that_was_not_offered_cannot_be_picked(
    desk: Client, spaces: dict[str, Space], group: Group, other_group: Group
) -> None:
    GroupFactory(name="見守り隊")

    assert walk_in(desk, group_name="見守", picked=other_group.pk).status_code == 422
    assert not Booking.objects.exists()


def test_one_hit_is_taken_without_asking(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    assert walk_in(desk, group_name="見守").status_code == 302
    assert Booking.objects.get().group == group


def test_a_group_that_is_here_already_gets_a_second_place_only_when_that_is_meant(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=12, minutes=180, used=True)

    asked = walk_in(desk)
    assert asked.status_code == 422
    assert "いまスペースAを15:00まで使っています" in asked.content.decode()
    assert Booking.objects.count() == 1

    assert walk_in(desk, is_sure="on").status_code == 302
    assert Booking.objects.count() == 2


def test_an_expired_group_is_not_found(desk: Client, spaces: dict[str, Space]) -> None:
    GroupFactory(name="むかしの会", expired=True)

    assert walk_in(desk, group_name="むかしの会").status_code == 422


def test_a_full_space_sends_back_to_the_sheet(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    BookingFactory(space=spaces["space-a"], group=group, day=TODAY, hour=13)

    assert walk_in(desk, slug="space-a").url.startswith("/admin/spaces/booking/day/")
    assert Booking.objects.count() == 1


def test_limits_hold_at_the_counter_and_can_be_set_aside_with_a_reason(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    refused = walk_in(desk, people=14)
    assert refused.status_code == 422
    assert refused.context["form"].offered_overrides == ["people"]

    assert walk_in(desk, people=14, overrides=["people"]).status_code == 422

    walk_in(desk, people=14, overrides=["people"], override_reason="隣の卓も空いているため")
    booking = Booking.objects.get()
    assert dict(booking.overrides.values_list("code", "reason"))["people"] == "隣の卓も空いているため"


def test_the_form_opens_on_an_open_space_only(desk: Client, spaces: dict[str, Space]) -> None:
    assert desk.get(reverse("admin:spaces_booking_walk_in", args=["kyodo-lab"])).status_code == 200
    assert desk.get(reverse("admin:spaces_booking_walk_in", args=["nowhere"])).status_code == 302


def test_others_cannot_walk_anybody_in(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, representative: User
) -> None:
    assert walk_in(sign_in(representative)).status_code in (302, 403)
    assert not Booking.objects.exists()
    with pytest.raises(PermissionDenied):
        book_walk_in(
            space=spaces["kyodo-lab"],
            group=group,
            ends_at=clock.at(TODAY, begins_now(spaces["kyodo-lab"]).time().replace(hour=15)),
            people=3,
            purpose="打合せ",
            by=representative,
        )


def test_nothing_is_booked_when_a_limit_refuses(
    spaces: dict[str, Space], group: Group, reception: User
) -> None:
    with pytest.raises(ValidationError) as refusal:
        book_walk_in(
            space=spaces["kyodo-lab"],
            group=group,
            ends_at=clock.at(TODAY, begins_now(spaces["kyodo-lab"]).time().replace(hour=19)),
            people=3,
            purpose="打合せ",
            by=reception,
        )

    assert {error.code for error in refusal.value.error_list} == {"too_long", "daily_limit"}
    assert not Booking.objects.exists()
