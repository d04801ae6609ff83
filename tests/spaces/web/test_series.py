"""Bookings that repeat: which days, the preview, all or nothing, cancelling one, the rest or all."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from spaces.actions import series as actions
from spaces.models import Booking, BookingPolicy, BookingSeries, Space
from spaces.queries.alternatives import Place
from spaces.rules import series as rules
from tests.factories.spaces import BookingFactory
from tests.racing import race
from tests.spaces.web.conftest import WEDNESDAY, wish

WEEKLY, FORTNIGHTLY, MONTHLY = BookingSeries.Pattern.values


@pytest.fixture
def open_window(spaces: dict[str, Space]) -> None:
    BookingPolicy.objects.update(window_kind="days", window_amount=400)
    for space in spaces.values():
        space.policy.refresh_from_db()


def asked(group: Group, /, **changes: Any) -> dict[str, Any]:
    return wish(group, pattern=WEEKLY, count="4", step="preview") | changes


def place(space: Space, day: date, hour: int = 13, hours: int = 2) -> Place:
    begins_at = clock.at(day, time(hour))
    return Place(space, begins_at, begins_at + timedelta(hours=hours))


def weeks(count: int, first: date = WEDNESDAY) -> list[date]:
    return [first + timedelta(weeks=number) for number in range(count)]


# ── Which days ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("pattern", "first", "expected"),
    [
        (WEEKLY, date(2026, 11, 25), [date(2026, 11, 25), date(2026, 12, 2), date(2026, 12, 9)]),
        (FORTNIGHTLY, date(2026, 11, 25), [date(2026, 11, 25), date(2026, 12, 9), date(2026, 12, 23)]),
        (MONTHLY, date(2026, 11, 20), [date(2026, 11, 20), date(2026, 12, 18), date(2027, 1, 15)]),
        # The fifth Monday: months that have none are left out.
        (MONTHLY, date(2026, 11, 30), [date(2026, 11, 30), date(2027, 3, 29), date(2027, 5, 31)]),
    ],
)
def test_a_series_falls_on_these_days(pattern: str, first: date, expected: list[date]) -> None:
    assert rules.dates(pattern, first, count=3) == expected


def test_a_series_ends_with_its_last_day() -> None:
    assert rules.dates(WEEKLY, WEDNESDAY, until=WEDNESDAY + timedelta(days=7)) == weeks(2)
    assert rules.dates(WEEKLY, WEDNESDAY, until=WEDNESDAY + timedelta(days=6)) == weeks(1)
    assert len(rules.dates(WEEKLY, WEDNESDAY, count=99)) == rules.MOST_DATES


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"count": ""}, "until"),
        ({"count": "", "until": "2026-11-24"}, "until"),
        ({"count": "", "until": "2027-12-31"}, "until"),
        ({"count": "", "until": "2030-01-01"}, "until"),
        ({"count": "27"}, "count"),
        ({"count": "1"}, "count"),
        ({"date": "2031-01-01"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"pattern": "daily"}, "pattern"),
    ],
)
def test_a_series_that_cannot_be_is_told(
    aoba: Client, group: Group, spaces: dict[str, Space], changes: dict[str, str], field: str
) -> None:
    response = aoba.post("/spaces/space-a/series/", asked(group, **changes))

    assert field in response.context["form"].errors


# ── Preview ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_preview_shows_every_day_with_its_reason(
    aoba: Client, group: Group, spaces: dict[str, Space]
) -> None:
    BookingFactory(space=spaces["space-a"], day=WEDNESDAY + timedelta(weeks=1), hour=13, minutes=120)

    response = aoba.post("/spaces/space-a/series/", asked(group))

    first, taken, third, early = response.context["preview"]
    assert first.is_possible
    assert taken.codes == {"taken"}
    assert "スペースB 13:00-15:00" in [one.short for one in taken.instead]
    assert "スペースA 11:00-13:00" in [one.short for one in taken.instead]
    assert third.is_possible
    # Three weeks before on the same weekday: on 20 November no further than the 11th of December.
    assert early.codes == {"window"}
    assert "9:00から" in early.reasons[0]
    assert "2026年12月16日（水）" in response.text
    assert not Booking.objects.filter(group=group).exists()


def test_the_preview_counts_the_hours_of_the_day(aoba: Client, group: Group, lab: Space) -> None:
    BookingFactory(space=lab, group=group, day=WEDNESDAY, hour=9, minutes=120)

    response = aoba.post("/spaces/kyodo-lab/series/", asked(group))

    assert response.context["preview"][0].codes == {"daily_limit"}
    assert response.context["preview"][1].is_possible


@pytest.mark.usefixtures("open_window")
def test_more_dates_cost_no_more_queries(aoba: Client, group: Group) -> None:
    def queries(count: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert aoba.post("/spaces/space-a/series/", asked(group, count=count)).status_code == 200
        return len(captured)

    queries("2")

    assert queries("3") == queries("26")


def test_the_preview_is_for_those_who_book(
    client: Client, citizen: User, group: Group, space_a: Space
) -> None:
    assert client.get("/spaces/space-a/series/").status_code == 302
    client.force_login(citizen)
    assert client.post("/spaces/space-a/series/", asked(group)).status_code == 403


# ── All or nothing ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("open_window")
def test_the_chosen_days_are_booked_together_with_one_mail(
    aoba: Client, group: Group, space_a: Space
) -> None:
    preview = aoba.post("/spaces/space-a/series/", asked(group)).context["preview"]
    ticked = {one.name: one.place.value for one in preview if one is not preview[1]}

    response = aoba.post("/spaces/space-a/series/", asked(group, step="book") | ticked)

    series = BookingSeries.objects.get()
    assert response.url == f"/series/{series.pk}/"
    assert [booking.day for booking in series.bookings.all()] == [weeks(4)[0], *weeks(4)[2:]]
    assert {booking.channel for booking in series.bookings.all()} == {"series"}
    assert OutgoingMail.objects.count() == 1
    assert "2026年12月9日（水） 13:00-15:00" in aoba.get(response.url).text


@pytest.mark.usefixtures("open_window")
def test_an_alternative_takes_the_place_of_a_day(
    aoba: Client, group: Group, spaces: dict[str, Space]
) -> None:
    BookingFactory(space=spaces["space-a"], day=WEDNESDAY, hour=13, minutes=120)
    preview = aoba.post("/spaces/space-a/series/", asked(group, count="2")).context["preview"]
    other = next(one for one in preview[0].instead if one.space.slug == "space-b")

    aoba.post(
        "/spaces/space-a/series/",
        asked(group, count="2", step="book")
        | {preview[0].name: other.value, preview[1].name: preview[1].place.value},
    )

    bookings = BookingSeries.objects.get().bookings.all()
    assert [booking.space.slug for booking in bookings] == ["space-b", "space-a"]


@pytest.mark.usefixtures("open_window")
def test_one_day_lost_in_the_meantime_books_none(aoba: Client, group: Group, space_a: Space) -> None:
    preview = aoba.post("/spaces/space-a/series/", asked(group)).context["preview"]
    BookingFactory(space=space_a, day=weeks(4)[2], hour=14)
    ticked = {one.name: one.place.value for one in preview}

    response = aoba.post("/spaces/space-a/series/", asked(group, step="book") | ticked)

    assert response.status_code == 200
    assert "12月9日（水）：" in response.text
    assert not Booking.objects.filter(group=group).exists()
    assert not BookingSeries.objects.exists()
    assert not OutgoingMail.objects.exists()
    # What was ticked stays ticked, but for the day that is lost.
    assert [bool(one.chosen) for one in response.context["preview"]] == [True, True, False, True]


@pytest.mark.usefixtures("open_window")
def test_the_daily_limit_holds_within_a_series(group: Group, representative: User, lab: Space) -> None:
    both = [place(lab, WEDNESDAY, 9), place(lab, WEDNESDAY, 13)]

    with pytest.raises(ValidationError) as refusal:
        actions.book_series(
            space=lab, group=group, pattern=WEEKLY, places=both, people=4, purpose="会議", by=representative
        )

    assert [error.code for error in refusal.value.error_list] == ["daily_limit"]
    assert not Booking.objects.exists()


@pytest.mark.usefixtures("open_window")
def test_nothing_ticked_is_told(aoba: Client, group: Group) -> None:
    response = aoba.post("/spaces/space-a/series/", asked(group, step="book"))

    assert "予約する日を選んでください" in response.text
    assert not BookingSeries.objects.exists()


@pytest.mark.usefixtures("open_window")
@pytest.mark.parametrize(
    "value",
    ["x", "space-a/2026-11-25", "none/2026-11-25/13:00/15:00", "space-a/2027-01-01/13:00/15:00", "a/b/c/d"],
)
def test_what_the_preview_never_offered_is_no_choice(aoba: Client, group: Group, value: str) -> None:
    response = aoba.post("/spaces/space-a/series/", asked(group, step="book") | {"on-2026-11-25": value})

    assert response.status_code == 200
    assert not Booking.objects.exists()


@pytest.mark.usefixtures("open_window")
def test_sent_twice_it_is_one_series(group: Group, representative: User, space_a: Space) -> None:
    def send() -> BookingSeries:
        return actions.book_series(
            space=space_a,
            group=group,
            pattern=WEEKLY,
            places=[place(space_a, day) for day in weeks(3)],
            people=4,
            purpose="会議",
            by=representative,
        )

    assert send() == send()
    assert Booking.objects.count() == 3
    assert OutgoingMail.objects.count() == 1


def test_nobody_books_a_series_for_another_group(
    group: Group, other_group: Group, other_representative: User, space_a: Space
) -> None:
    with pytest.raises(PermissionDenied):
        actions.book_series(
            space=space_a,
            group=group,
            pattern=WEEKLY,
            places=[place(space_a, WEDNESDAY)],
            people=4,
            purpose="会議",
            by=other_representative,
        )


def test_too_many_days_are_refused(group: Group, representative: User, space_a: Space) -> None:
    with pytest.raises(ValidationError) as refusal:
        actions.book_series(
            space=space_a,
            group=group,
            pattern=WEEKLY,
            places=[place(space_a, day) for day in weeks(27)],
            people=4,
            purpose="会議",
            by=representative,
        )

    assert refusal.value.code == "too_many"


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_series_at_once_one_has_all_its_days_and_the_other_none(
    open_window: None,
    spaces: dict[str, Space],
    group: Group,
    representative: User,
    other_group: Group,
    other_representative: User,
) -> None:
    space_a, space_ab = spaces["space-a"], spaces["space-ab"]

    def send(space: Space, who: Group, by: User, days: list[date]) -> None:
        actions.book_series(
            space=Space.objects.select_related("policy").get(pk=space.pk),
            group=who,
            pattern=WEEKLY,
            places=[place(space, day) for day in days],
            people=4,
            purpose="会議",
            use=Booking.Use.MEETING,
            by=by,
        )

    outcome = race(
        lambda: send(space_a, group, representative, weeks(4)),
        lambda: send(space_ab, other_group, other_representative, weeks(4)[::-1]),
    )

    assert not outcome.broke
    assert outcome.won == 1
    assert Booking.objects.count() == 4
    assert Booking.objects.values("group").distinct().count() == 1


# ── Cancelling ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def series(open_window: None, group: Group, representative: User, space_a: Space) -> BookingSeries:
    made = actions.book_series(
        space=space_a,
        group=group,
        pattern=WEEKLY,
        places=[place(space_a, day) for day in weeks(4)],
        people=4,
        purpose="会議",
        by=representative,
    )
    OutgoingMail.objects.all().delete()
    return made


def live_days(series: BookingSeries) -> list[date]:
    return [booking.day for booking in series.bookings.live()]


def test_one_day_is_cancelled_like_any_booking(aoba: Client, series: BookingSeries) -> None:
    booking = series.bookings.all()[1]

    aoba.post(f"/bookings/{booking.reference}/cancel/")

    assert live_days(series) == [weeks(4)[0], *weeks(4)[2:]]


def test_this_day_and_those_after_are_cancelled_with_one_mail(aoba: Client, series: BookingSeries) -> None:
    page = aoba.get(f"/series/{series.pk}/cancel/?since={weeks(4)[2]}")
    aoba.post(f"/series/{series.pk}/cancel/", {"since": str(weeks(4)[2]), "reason": "年度末のため"})

    assert "2件" in page.text
    assert live_days(series) == weeks(2)
    told = OutgoingMail.objects.filter(kind="spaces/series_cancelled").values_list("to", flat=True)
    assert told
    assert len(set(told)) == len(told), "one mail a person, however many dates"


def test_all_are_cancelled_but_what_is_past_its_deadline(aoba: Client, series: BookingSeries) -> None:
    BookingPolicy.objects.update(change_deadline_hours=24 * 10)

    page = aoba.get(f"/series/{series.pk}/cancel/")
    aoba.post(f"/series/{series.pk}/cancel/")

    assert "期限が過ぎたので残る予約" in page.text
    assert live_days(series) == weeks(1)


def test_a_series_with_nothing_left_to_cancel_says_so(aoba: Client, series: BookingSeries) -> None:
    aoba.post(f"/series/{series.pk}/cancel/")

    assert "取り消せる予約はありません" in aoba.get(f"/series/{series.pk}/cancel/").text
    assert "取り消せる予約がありません" in aoba.post(f"/series/{series.pk}/cancel/").text


def test_a_series_is_seen_by_its_group_and_staff_and_cancelled_by_those_who_book(
    client: Client,
    series: BookingSeries,
    member: User,
    citizen: User,
    other_group: Group,
    other_representative: User,
    reception: User,
) -> None:
    page, cancel = f"/series/{series.pk}/", f"/series/{series.pk}/cancel/"
    for person, seen, cancelled in (
        (citizen, 404, 404),
        (other_representative, 404, 404),
        (member, 200, 403),
        (reception, 200, 302),
    ):
        client.force_login(person)
        assert client.get(page).status_code == seen
        assert client.post(cancel).status_code == cancelled
    assert not live_days(series)
