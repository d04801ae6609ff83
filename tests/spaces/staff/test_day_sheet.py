from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Group, User
from kyodo import clock
from spaces.models import Booking, Space
from spaces.queries.day import day_sheet, no_show_counts
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory, HoldFactory
from tests.spaces.staff.conftest import NOW, TODAY

DAY = "/admin/spaces/booking/day/"


def booking_today(space: Space, group: Group, hour: int = 13, **options: object) -> Booking:
    return BookingFactory(space=space, group=group, day=TODAY, hour=hour, **options)


def step(client: Client, booking: Booking, name: str) -> int:
    url = reverse("admin:spaces_booking_attendance", args=[booking.reference, name])
    return client.post(url).status_code


def test_the_sheet_says_who_is_where_when_and_how_many(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    booking_today(spaces["space-ab"], group, people=12)

    page = desk.get(DAY).content.decode()

    assert "13:00-14:00" in page
    assert "スペースA・スペースB" in page
    assert "あおば見守りの会" in page
    assert "12人" in page


def test_another_day_is_shown_when_asked_for(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    BookingFactory(space=spaces["space-a"], group=group, day=TODAY + timedelta(days=3))

    assert "あおば見守りの会" not in desk.get(DAY).content.decode()
    assert "あおば見守りの会" in desk.get(DAY, {"date": "2026-11-23"}).content.decode()


@pytest.mark.parametrize("typed", ["", "yesterday", "9999-12-31", "0001-01-01"])
def test_nonsense_days_show_today(desk: Client, typed: str) -> None:
    assert desk.get(DAY, {"date": typed}).context["sheet"].date == TODAY


def test_check_in_no_show_and_undo_are_one_press_each(
    desk: Client, spaces: dict[str, Space], group: Group, reception: User
) -> None:
    booking = booking_today(spaces["space-a"], group)

    assert step(desk, booking, "check-in") == 302
    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_by, booking.checked_in_at) == ("used", reception, NOW)

    step(desk, booking, "undo")
    booking.refresh_from_db()
    assert (booking.status, booking.checked_in_at) == ("confirmed", None)

    step(desk, booking, "no-show")
    booking.refresh_from_db()
    assert booking.status == "no_show"


def test_a_step_that_does_not_fit_is_told_not_broken(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    booking = booking_today(spaces["space-a"], group, hour=15)

    response = desk.post(
        reverse("admin:spaces_booking_attendance", args=[booking.reference, "no-show"]), follow=True
    )

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert "開始の時刻を過ぎてから" in response.content.decode()


def test_steps_need_a_post_and_a_known_name(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    booking = booking_today(spaces["space-a"], group)
    url = reverse("admin:spaces_booking_attendance", args=[booking.reference, "check-in"])

    assert desk.get(url).status_code == 302
    assert step(desk, booking, "delete") == 404
    booking.refresh_from_db()
    assert booking.status == "confirmed"


@pytest.mark.parametrize("who", ["reception", "coordinator", "manager"])
def test_all_staff_run_the_day(
    request: pytest.FixtureRequest,
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    group: Group,
    who: str,
) -> None:
    booking = booking_today(spaces["space-a"], group)
    client = sign_in(request.getfixturevalue(who))

    assert client.get(DAY).status_code == 200
    assert step(client, booking, "check-in") == 302
    booking.refresh_from_db()
    assert booking.status == "used"


@pytest.mark.parametrize("who", ["citizen", "representative", "ward_officer"])
def test_others_never_see_or_run_the_day(
    request: pytest.FixtureRequest,
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    group: Group,
    who: str,
) -> None:
    booking = booking_today(spaces["space-a"], group)
    client = sign_in(request.getfixturevalue(who))

    assert client.get(DAY).status_code in (302, 403)
    assert "あおば" not in client.get(DAY).content.decode()
    step(client, booking, "check-in")
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_no_shows_of_twelve_months_stand_beside_the_group(
    desk: Client, spaces: dict[str, Space], group: Group, other_group: Group
) -> None:
    for days in (30, 200, 400):
        BookingFactory(space=spaces["space-a"], group=group, day=TODAY - timedelta(days=days), no_show=True)
    booking_today(spaces["space-a"], group)

    assert no_show_counts([group.pk, other_group.pk]) == {group.pk: 2}
    assert "来館なし2回" in desk.get(DAY).content.decode()


def test_late_groups_and_people_in_the_house_are_counted(spaces: dict[str, Space], group: Group) -> None:
    booking_today(spaces["space-a"], group)
    booking_today(spaces["space-b"], group, hour=12, minutes=120, used=True, people=9)
    booking_today(spaces["kyodo-lab"], group, hour=15)

    sheet = day_sheet(TODAY)

    assert [entry.booking.space.slug for entry in sheet.late] == ["space-a"]
    assert (len(sheet.here), sheet.people_here, sheet.people_expected) == (1, 9, 17)


def test_a_group_is_expected_from_when_check_in_opens(spaces: dict[str, Space], group: Group) -> None:
    lab = spaces["kyodo-lab"]
    opens = timedelta(minutes=lab.policy.checkin_opens_minutes)
    for begins_at in (NOW + opens, NOW + opens + timedelta(minutes=1)):
        BookingFactory(space=lab, group=group, begins_at=begins_at, ends_at=begins_at + timedelta(hours=1))

    sheet = day_sheet(TODAY)

    assert [(entry.can_check_in, entry.is_expected) for entry in sheet.entries] == [
        (True, True),
        (True, False),
    ]


def test_holds_and_cancelled_bookings_are_shown_apart(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    HoldFactory(day=TODAY, title="消防設備の点検", units=list(spaces["space-ab"].units.all()))
    booking_today(spaces["space-a"], group, cancelled=True)

    page = desk.get(DAY).content.decode()
    sheet = day_sheet(TODAY)

    assert "消防設備の点検" in page
    assert sheet.holds[0].places == "スペースA・スペースB"
    assert (len(sheet.entries), len(sheet.let_go)) == (0, 1)


def test_free_now_counts_tables_and_ends_at_the_next_use(spaces: dict[str, Space], group: Group) -> None:
    for _table in range(3):
        booking_today(spaces["kyodo-lab"], GroupFactory(), hour=12, minutes=120)
    booking_today(spaces["space-a"], group, hour=16)

    free = {one.space.slug: one for one in day_sheet(TODAY).free}

    assert (free["kyodo-lab"].places, clock.local(free["kyodo-lab"].until).hour) == (1, 20)
    assert clock.local(free["space-a"].until).hour == 16
    assert clock.local(free["space-ab"].until).hour == 16
    assert clock.local(free["space-b"].until).hour == 20


def test_a_space_in_use_is_not_free_now(spaces: dict[str, Space], group: Group) -> None:
    booking_today(spaces["space-a"], group)

    assert {one.space.slug for one in day_sheet(TODAY).free} == {"kyodo-lab", "space-b"}


def test_queries_stay_the_same_however_full_the_day(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    booking_today(spaces["space-a"], group)
    HoldFactory(day=TODAY)
    desk.get(DAY)
    with CaptureQueriesContext(
        connection,
    ) as few:
        desk.get(DAY)

    for hour in (9, 10, 11, 12, 15, 16, 17):
        booking_today(spaces["kyodo-lab"], GroupFactory(), hour=hour)
        booking_today(spaces["space-b"], GroupFactory(), hour=hour, no_show=True)
    HoldFactory(day=TODAY)
    with CaptureQueriesContext(connection) as many:
        desk.get(DAY)

    assert len(many) == len(few) <= 12, "\n".join(query["sql"] for query in many)
