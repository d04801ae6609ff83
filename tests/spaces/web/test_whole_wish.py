"""A wish loses nothing on its way: every link to a form takes all of it along, the use first of all."""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, time, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.actions import bookings, notices, series, waiting, walk_ins
from spaces.actions import lottery as lotteries
from spaces.forms.bookings import BookingForm
from spaces.models import Booking, LotteryEntry, LotteryRound, Space, WaitingEntry
from spaces.queries.alternatives import Place
from spaces.queries.prefill import Prefill
from tests.factories.accounts import GroupFactory
from tests.factories.spaces import BookingFactory, LotteryRoundFactory
from tests.spaces.web.conftest import WEDNESDAY
from tests.spaces.web.conftest import wish as typed

EVENT = {
    "people": "100",
    "purpose": "発表会",
    "use": "event",
    "supported_by": "市民局",
    "remarks": "手話通訳が入ります",
}
FORMS = ("/book/", "/waiting/", "/series/", "/enter/")


@pytest.fixture
def hall(spaces: dict[str, Space]) -> Space:
    return spaces["space-ab"]


def links(response: HttpResponse) -> Iterator[str]:
    return (unescape(found) for found in re.findall(r'href="([^"]+)"', response.content.decode()))


def to_forms(response: HttpResponse) -> list[str]:
    return [link for link in links(response) if urlsplit(link).path.endswith(FORMS) and "?" in link]


def carried(link: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def test_a_wish_in_a_link_knows_every_field_of_the_form() -> None:
    asked = set(BookingForm.base_fields) - {"override", "override_reason"}

    assert {field.name for field in fields(Prefill)} == asked


@pytest.mark.parametrize(
    "address",
    [
        "/spaces/?",
        "/spaces/space-ab/?view=day&",
        "/spaces/space-ab/?view=week&",
        "/spaces/space-ab/?view=month&",
    ],
)
def test_calendars_take_the_wish_along(aoba: Client, group: Group, hall: Space, address: str) -> None:
    wish = typed(group, **EVENT) | {"group": str(group.pk)}
    query = "&".join(f"{name}={value}" for name, value in wish.items())

    page = aoba.get(f"{address}{query}")

    pages = [link for link in links(page) if urlsplit(link).path.startswith("/spaces/") and "date=" in link]
    assert pages
    for link in pages:
        assert EVENT.items() <= carried(link).items(), link
    for link in to_forms(page):
        assert carried(link)["group"] == str(group.pk), link
        if urlsplit(link).path.endswith("/book/"):
            begins, ends = (datetime.strptime(carried(link)[name], "%H:%M") for name in ("begins", "ends"))
            assert ends - begins == timedelta(hours=2), link


def test_other_times_and_the_waiting_list_take_the_wish_along(
    aoba: Client, group: Group, hall: Space, other_group: Group
) -> None:
    BookingFactory(space=hall, group=other_group, day=WEDNESDAY, hour=13, minutes=120)

    page = aoba.post("/spaces/space-ab/book/", typed(group, **EVENT))

    found = to_forms(page)
    assert {urlsplit(link).path for link in found} == {"/spaces/space-ab/book/", "/spaces/space-ab/waiting/"}
    assert all(carried(link)["use"] == "event" for link in found)
    for link in found:
        assert EVENT.items() <= carried(link).items(), link


def test_what_is_offered_instead_is_booked_as_what_was_asked_for(
    aoba: Client, group: Group, hall: Space, other_group: Group
) -> None:
    BookingFactory(space=hall, group=other_group, day=WEDNESDAY, hour=13, minutes=120)
    refused = aoba.post("/spaces/space-ab/book/", typed(group, **EVENT))

    form = aoba.get(next(link for link in to_forms(refused) if "/book/" in link)).context["form"]
    aoba.post("/spaces/space-ab/book/", {name: form[name].value() or "" for name in form.fields})

    booking = Booking.objects.get(group=group)
    assert (booking.use, booking.status) == ("event", Booking.Status.REQUESTED)
    assert (booking.supported_by, booking.remarks) == ("市民局", "手話通訳が入ります")


def test_a_change_that_finds_its_time_taken_keeps_what_was_typed(
    aoba: Client, group: Group, hall: Space, other_group: Group, representative: User
) -> None:
    own = BookingFactory(
        space=hall,
        group=group,
        day=WEDNESDAY,
        hour=9,
        booked_by=representative,
        use="event",
        supported_by="市民局",
    )
    BookingFactory(space=hall, group=other_group, day=WEDNESDAY, hour=13, minutes=120)
    wish = typed(group, **EVENT) | {"space": "space-ab", "version": "1"}

    page = aoba.post(reverse("booking_change", args=[own.reference]), wish)

    found = [link for link in links(page) if "/change/?" in link]
    assert found
    for link in found:
        assert EVENT.items() <= carried(link).items(), link


def test_the_mail_of_a_freed_time_takes_the_wish_along(
    group: Group, hall: Space, other_group: Group, representative: User
) -> None:
    begins_at, ends_at = clock.at(WEDNESDAY, time(13)), clock.at(WEDNESDAY, time(15))
    blocking = BookingFactory(space=hall, group=other_group, begins_at=begins_at, ends_at=ends_at)
    waiting.join_waiting(
        space=hall,
        group=group,
        begins_at=begins_at,
        ends_at=ends_at,
        by=representative,
        **(EVENT | {"people": 100}),
    )
    blocking.occupancies.all().delete()

    notices.tell_waiting(
        unit_ids=hall.unit_ids,
        begins_at=begins_at,
        ends_at=ends_at,
        freed_at=clock.now() + timedelta(seconds=1),
    )

    mail = OutgoingMail.objects.get(kind="spaces/place_freed")
    link = next(word for word in mail.body.split() if "/book/?" in word)
    assert EVENT.items() <= carried(link).items()


def test_the_way_to_a_draw_takes_the_wish_along(aoba: Client, group: Group, hall: Space) -> None:
    draw = LotteryRoundFactory(space=hall, first_date=WEDNESDAY, last_date=WEDNESDAY)
    query = "&".join(f"{name}={value}" for name, value in typed(group, **EVENT).items())

    calendar = aoba.get(f"/spaces/space-ab/?view=day&{query}")
    link = next(link for link in links(calendar) if f"/lotteries/{draw.pk}/?" in link)
    enter = next(link for link in to_forms(aoba.get(link)))

    assert EVENT.items() <= carried(enter).items()
    assert aoba.get(enter).context["form"]["use"].value() == "event"


# ── Nobody chooses the use for the group ─────────────────────────────────────────────────────────────────────────


def test_a_space_for_two_uses_asks_which(aoba: Client, group: Group, hall: Space) -> None:
    form = aoba.get("/spaces/space-ab/book/").context["form"]
    page = aoba.post("/spaces/space-ab/book/", typed(group))

    assert form["use"].value() in (None, "")
    assert [error.code for error in page.context["form"].errors.as_data()["use"]] == ["required"]
    assert not Booking.objects.exists()


def test_every_door_refuses_a_missing_use(
    group: Group, hall: Space, representative: User, reception: User
) -> None:
    begins_at, ends_at = clock.at(WEDNESDAY, time(13)), clock.at(WEDNESDAY, time(15))
    wish = {"group": group, "people": 5, "purpose": "会", "by": representative}
    times = {"begins_at": begins_at, "ends_at": ends_at}
    own = BookingFactory(space=hall, group=group, day=WEDNESDAY, hour=16, use="event")
    draw = LotteryRoundFactory(space=hall)
    drawn = {
        name: clock.at(draw.first_date, time(hour)) for name, hour in (("begins_at", 13), ("ends_at", 15))
    }
    doors = {
        "booking": lambda: bookings.book_space(space=hall, **wish, **times),
        "series": lambda: series.book_series(
            space=hall, pattern="weekly", places=[Place(hall, begins_at, ends_at)], **wish
        ),
        "waiting": lambda: waiting.join_waiting(space=hall, **wish, **times),
        "draw": lambda: lotteries.enter_lottery(lottery=draw, **wish, **drawn),
        "walk-in": lambda: walk_ins.book_walk_in(
            space=hall, ends_at=clock.at(clock.today(), time(12)), **(wish | {"by": reception})
        ),
        "change": lambda: bookings.change_booking(
            booking=own, version=1, space=hall, people=5, purpose="会", by=representative, **times
        ),
    }

    refusals = {}
    for name, press in doors.items():
        with pytest.raises(ValidationError) as refused:
            press()
        refusals[name] = {error.code for error in refused.value.error_list}

    assert {name for name, codes in refusals.items() if "use_missing" not in codes} == set()
    assert not WaitingEntry.objects.exists()
    assert not LotteryEntry.objects.exists()


def test_an_event_won_in_a_draw_still_waits_for_staff(
    group: Group, hall: Space, representative: User
) -> None:
    draw: LotteryRound = LotteryRoundFactory(space=hall, opened=clock.now() - timedelta(days=15))
    booking = BookingFactory(
        space=hall,
        group=group,
        use="event",
        requested=True,
        claim_until=clock.now() + timedelta(days=1),
        booked_by=representative,
    )
    entry = LotteryEntry.objects.create(
        round=draw,
        number=1,
        group=group,
        user=representative,
        begins_at=booking.begins_at,
        ends_at=booking.ends_at,
        people=5,
        purpose="発表会",
        use="event",
        status=LotteryEntry.Status.WON,
        booking=booking,
    )

    lotteries.claim_win(entry=entry, by=representative)

    booking.refresh_from_db()
    assert (booking.status, booking.claim_until) == (Booking.Status.REQUESTED, None)
    assert OutgoingMail.objects.filter(kind="spaces/booking_requested").exists()


# ── Remarks, the department, a condition ─────────────────────────────────────────────────────────────────────────


def test_an_event_names_the_department_that_supports_it(aoba: Client, group: Group, hall: Space) -> None:
    page = aoba.post("/spaces/space-ab/book/", typed(group, **(EVENT | {"supported_by": ""})))

    errors = page.context["form"].errors.as_data()
    assert [error.code for error in errors["supported_by"]] == ["department"]


def test_a_meeting_names_none(aoba: Client, group: Group, hall: Space) -> None:
    aoba.post("/spaces/space-ab/book/", typed(group, use="meeting"))

    assert Booking.objects.get().status == Booking.Status.CONFIRMED


def test_a_condition_stands_in_the_mail_and_on_the_page(
    client: Client, aoba: Client, group: Group, hall: Space, coordinator: User, representative: User
) -> None:
    booking = BookingFactory(
        space=hall, group=group, use="event", requested=True, booked_by=representative, remarks="机はロの字"
    )
    client.force_login(coordinator)
    client.post(
        reverse("admin:spaces_booking_approve", args=[booking.pk]),
        {"version": booking.version, "condition": "17時までに机を戻してください。"},
    )
    sheet = client.get(reverse("admin:spaces_booking_day"), {"date": booking.day.isoformat()})

    client.force_login(representative)
    page = client.get(booking.get_absolute_url())
    mail = OutgoingMail.objects.get(kind="spaces/booking_approved")
    assert "17時までに机を戻してください。" in page.text
    assert "17時までに机を戻してください。" in mail.body
    assert "机はロの字" in sheet.text


# ── One's own booking is not another's ───────────────────────────────────────────────────────────────────────────


def test_ones_own_booking_is_not_called_anothers(aoba: Client, group: Group, hall: Space) -> None:
    own = BookingFactory(space=hall, group=group, day=WEDNESDAY, hour=13, minutes=120)

    refused = aoba.post("/spaces/space-a/book/", typed(group))
    waiting_page = aoba.post("/spaces/space-a/waiting/", typed(group))
    calendar = aoba.get("/spaces/space-a/?view=day&date=2026-11-25")

    for page in (refused, waiting_page):
        (error,) = page.context["form"].errors.as_data()["begins"]
        assert error.code == "own"
        assert own.reference in error.messages[0]
    assert own.get_absolute_url() in set(links(calendar))


def test_anothers_booking_stays_anothers(aoba: Client, group: Group, hall: Space) -> None:
    BookingFactory(space=hall, group=GroupFactory(), day=WEDNESDAY, hour=13, minutes=120)

    refused = aoba.post("/spaces/space-a/book/", typed(group))

    assert [error.code for error in refused.context["form"].errors.as_data()["begins"]] == ["taken"]
