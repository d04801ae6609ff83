import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from accounts.models import Group, User
from spaces.actions import bookings
from spaces.models import Booking, Space
from spaces.queries.history import history_of
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory, SeriesFactory, WaitingFactory, at
from tests.spaces.staff.conftest import TODAY

TOMORROW = TODAY + timedelta(days=1)
LIST = "/admin/spaces/booking/"


def answers(space: Space, **values: object) -> dict[str, object]:
    return {
        "space": space.pk,
        "date": TOMORROW.isoformat(),
        "begins": "10:00",
        "ends": "12:00",
        "people": 5,
        "purpose": "打合せ",
        "use": "meeting",
    } | values


def enter(client: Client, space: Space, **values: object) -> HttpResponse:
    return client.post(LIST + "add/", answers(space, group_name="あおば見守りの会", **values))


def page(booking: Booking) -> str:
    return reverse("admin:spaces_booking_change", args=[booking.pk])


def test_a_booking_by_phone_is_entered(
    desk: Client, spaces: dict[str, Space], group: Group, reception: User
) -> None:
    response = enter(desk, spaces["kyodo-lab"])

    booking = Booking.objects.get()
    assert response.url == page(booking)
    assert (booking.status, booking.channel, booking.booked_by) == ("confirmed", "staff", reception)


def test_the_same_limits_stand_in_the_admin(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    response = enter(desk, spaces["kyodo-lab"], ends="15:00", people=11)

    assert response.status_code == 422
    assert response.context["form"].offered_overrides == ["daily_limit", "people", "too_long"]
    assert not Booking.objects.exists()


def test_a_limit_is_set_aside_with_a_reason_on_record(
    desk: Client, spaces: dict[str, Space], group: Group, reception: User
) -> None:
    enter(
        desk, spaces["kyodo-lab"], people=11, overrides=["people"], override_reason="見学の学生が加わるため"
    )

    booking = Booking.objects.get()
    override = booking.overrides.get()
    assert (override.code, override.reason, override.by) == ("people", "見学の学生が加わるため", reception)
    assert "人数の決まりを外す：見学の学生が加わるため" in desk.get(page(booking)).text


def test_a_taken_time_cannot_be_set_aside(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    BookingFactory(space=spaces["space-a"], group=GroupFactory(), day=TOMORROW, hour=10, minutes=120)

    response = enter(desk, spaces["space-a"], overrides=["past", "window"], override_reason="急ぎ")

    assert response.status_code == 422
    assert Booking.objects.count() == 1


def test_a_change_goes_through_the_action(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    booking = BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW, hour=15)

    response = desk.post(page(booking), answers(spaces["space-a"], people=9, version=booking.version))

    booking.refresh_from_db()
    assert response.status_code == 302
    assert (booking.space, booking.begins_at, booking.people) == (spaces["space-a"], at(TOMORROW, 10), 9)
    assert list(booking.occupancies.values_list("unit__code", flat=True)) == ["half-a"]


def test_a_stale_change_is_told_and_changes_nothing(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    booking = BookingFactory(space=spaces["kyodo-lab"], group=group, day=TOMORROW, version=3)

    response = desk.post(page(booking), answers(spaces["space-a"], version=2))

    booking.refresh_from_db()
    assert response.status_code == 422
    assert booking.space == spaces["kyodo-lab"]


def test_a_request_is_approved_or_declined_by_coordinators(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    client = sign_in(coordinator)
    yes = BookingFactory(space=spaces["space-ab"], group=group, day=TOMORROW, requested=True, use="event")
    no = BookingFactory(
        space=spaces["space-ab"], group=group, day=TOMORROW, hour=15, requested=True, use="event"
    )

    client.post(reverse("admin:spaces_booking_approve", args=[yes.pk]), {"version": yes.version})
    client.post(
        reverse("admin:spaces_booking_decline", args=[no.pk]), {"decline-reason": "市の共催ではないため"}
    )

    yes.refresh_from_db()
    no.refresh_from_db()
    assert (yes.status, yes.decided_by) == ("confirmed", coordinator)
    assert (no.status, no.reason) == ("declined", "市の共催ではないため")


def test_declining_asks_for_a_reason(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, coordinator: User
) -> None:
    booking = BookingFactory(space=spaces["space-ab"], group=group, day=TOMORROW, requested=True)

    response = sign_in(coordinator).post(reverse("admin:spaces_booking_decline", args=[booking.pk]), {})

    booking.refresh_from_db()
    assert (response.status_code, booking.status) == (422, "requested")


def test_reception_does_not_decide(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    booking = BookingFactory(space=spaces["space-ab"], group=group, day=TOMORROW, requested=True)

    response = desk.post(reverse("admin:spaces_booking_approve", args=[booking.pk]), {"version": 1})

    booking.refresh_from_db()
    assert (response.status_code, booking.status) == (403, "requested")
    assert "承認する" not in desk.get(page(booking)).content.decode()


def test_cancelling_tells_the_group_why(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)

    desk.post(reverse("admin:spaces_booking_cancel", args=[booking.pk]), {"cancel-reason": "お電話による"})

    booking.refresh_from_db()
    assert (booking.status, booking.reason) == ("cancelled", "お電話による")
    assert not booking.occupancies.exists()


def test_a_second_cancel_is_told(desk: Client, spaces: dict[str, Space], group: Group) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW, cancelled=True)

    response = desk.post(
        reverse("admin:spaces_booking_cancel", args=[booking.pk]), {"cancel-reason": "もう一度"}
    )

    assert response.status_code == 422


def test_nothing_is_deleted_in_the_admin(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], group: Group, manager: User
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group)

    response = sign_in(manager).post(
        reverse("admin:spaces_booking_delete", args=[booking.pk]), {"post": "yes"}
    )

    assert response.status_code == 403
    assert Booking.objects.filter(pk=booking.pk).exists()


@pytest.mark.parametrize("who", ["citizen", "representative", "ward_officer"])
def test_others_never_enter(
    request: pytest.FixtureRequest,
    sign_in: Callable[[User], Client],
    spaces: dict[str, Space],
    group: Group,
    who: str,
) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)
    client = sign_in(request.getfixturevalue(who))

    for url in (LIST, LIST + "add/", page(booking)):
        assert client.get(url).status_code in (302, 403)
    client.post(reverse("admin:spaces_booking_cancel", args=[booking.pk]), {"cancel-reason": "いたずら"})
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_the_list_begins_today_and_opens_the_past_when_asked(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    ahead = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)
    past = BookingFactory(space=spaces["space-a"], group=group, day=TODAY - timedelta(days=9), used=True)

    def listed(**query: str) -> set[str]:
        page = desk.get(LIST, query).content.decode()
        return {one.reference for one in (ahead, past) if one.reference in page}

    assert listed() == {ahead.reference}
    assert listed(when="past") == {past.reference}
    assert listed(when="all") == {ahead.reference, past.reference}
    assert listed(when="today") == set()
    assert listed(when="all", q=past.reference) == {past.reference}
    assert listed(q=past.reference.lower()) == {past.reference}
    assert listed(q="あおば") == {ahead.reference}
    assert listed(q="あおば", when="all") == {ahead.reference, past.reference}
    assert listed(q="あおば", when="today") == set()
    assert listed(q="みなと") == set()


def test_the_list_asks_as_often_for_many_as_for_one(
    desk: Client, spaces: dict[str, Space], group: Group
) -> None:
    BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)
    desk.get(LIST)
    with CaptureQueriesContext(connection) as one:
        desk.get(LIST)

    for hour in (11, 12, 13):
        BookingFactory(space=spaces["space-b"], group=GroupFactory(), day=TOMORROW, hour=hour)
    with CaptureQueriesContext(connection) as many:
        desk.get(LIST)

    assert len(many) == len(one) <= 12


def test_the_page_tells_the_story_of_the_booking(
    desk: Client, spaces: dict[str, Space], group: Group, reception: User
) -> None:
    enter(desk, spaces["kyodo-lab"])
    booking = Booking.objects.get()
    desk.post(page(booking), answers(spaces["kyodo-lab"], people=8, version=1))
    desk.post(reverse("admin:spaces_booking_cancel", args=[booking.pk]), {"cancel-reason": "お電話による"})

    story = history_of(Booking.objects.get())

    assert [step.is_first for step in story] == [False, False, True]
    assert ("人数", "5", "8") in {(one.label, one.before, one.after) for one in story[1].changes}
    assert ("状態", "予約確定", "取消") in {(one.label, one.before, one.after) for one in story[0].changes}
    assert story[0].by == str(reception)
    assert "予約確定 → 取消" in desk.get(page(booking)).content.decode()


def test_the_story_names_the_system_where_nobody_was(spaces: dict[str, Space], group: Group) -> None:
    booking = BookingFactory(space=spaces["space-a"], group=group, day=TOMORROW)
    bookings.cancel_booking(booking=booking, by=None)

    assert {step.by for step in history_of(booking)} == {"システム"}


def test_an_unknown_booking_is_not_found(desk: Client) -> None:
    assert desk.get(LIST + "999999/change/").status_code == 404
    assert desk.get(LIST + "abc/change/").status_code == 404


@pytest.mark.parametrize(
    "model",
    ["bookingpolicy", "space", "unit", "bookingseries", "waitingentry", "hold", "booking", "lotteryround"],
)
def test_every_list_opens_for_staff(desk: Client, spaces: dict[str, Space], model: str) -> None:
    SeriesFactory()
    WaitingFactory()

    assert desk.get(f"/admin/spaces/{model}/").status_code == 200


def test_rules_are_rows_that_managers_edit_and_reception_reads(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], reception: User, manager: User
) -> None:
    url = reverse("admin:spaces_bookingpolicy_change", args=[spaces["kyodo-lab"].policy_id])
    form = {
        "name": "協働ラボ",
        "window_kind": "months",
        "window_amount": 3,
        "window_opens_at": "10:00",
        "step_minutes": 30,
        "shortest_minutes": 30,
        "longest_minutes": 180,
        "daily_minutes": 240,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "change_deadline_hours": 0,
        "approval": "never",
        "checkin_opens_minutes": 15,
    }

    assert sign_in(reception).post(url, form).status_code == 403
    assert sign_in(manager).post(url, form).status_code == 302
    policy = spaces["kyodo-lab"].policy
    policy.refresh_from_db()
    assert (policy.window_amount, policy.daily_minutes) == (3, 240)


def test_a_rule_that_contradicts_itself_is_told_in_words(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], manager: User
) -> None:
    url = reverse("admin:spaces_bookingpolicy_change", args=[spaces["kyodo-lab"].policy_id])

    response = sign_in(manager).post(
        url,
        {"name": "協働ラボ", "window_kind": "months", "window_amount": 2, "window_opens_at": "09:00"}
        | {"step_minutes": 25, "shortest_minutes": 30, "longest_minutes": 180}
        | {"buffer_before_minutes": 0, "buffer_after_minutes": 0, "change_deadline_hours": 0}
        | {"approval": "never", "checkin_opens_minutes": 15},
    )

    assert "10・15・20・30・60" in response.content.decode()


def test_a_photo_of_a_space_is_drawn_anew(
    sign_in: Callable[[User], Client], spaces: dict[str, Space], manager: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    space = spaces["space-a"]
    picture = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "camera of somebody"
    Image.new("RGB", (40, 30), "teal").save(picture, "JPEG", exif=exif)
    upload = SimpleUploadedFile("自宅の前.jpg", picture.getvalue(), "image/jpeg")
    form = {
        "name": space.name,
        "slug": space.slug,
        "policy": space.policy_id,
        "takes": space.takes,
        "units": [unit.pk for unit in space.units.all()],
        "people_min": 2,
        "people_max": 18,
        "summary": space.summary,
        "is_offered": "on",
        "position": 2,
        "photos-TOTAL_FORMS": 1,
        "photos-INITIAL_FORMS": 0,
        "photos-0-image": upload,
        "photos-0-alternative_text": "机を並べたスペースA",
        "photos-0-position": 1,
    }

    response = sign_in(manager).post(reverse("admin:spaces_space_change", args=[space.pk]), form)

    assert response.status_code == 302
    photo = space.photos.get()
    assert "自宅" not in photo.image.name
    with photo.image.open() as file, Image.open(file) as kept:
        assert (kept.size, dict(kept.getexif())) == ((40, 30), {})
