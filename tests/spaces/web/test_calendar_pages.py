"""/spaces/ and /spaces/<slug>/: what everybody may see, and what nobody else may."""

from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Group, User
from kyodo import clock
from kyodo.centre.models import Closure
from spaces.models import Booking, BookingPolicy, Space
from tests.factories.spaces import BookingFactory, HoldFactory, LotteryRoundFactory
from tests.spaces.web.conftest import FRIDAY, WEDNESDAY

PAGES = ["/spaces/", "/spaces/space-a/", "/spaces/kyodo-lab/?view=day", "/spaces/space-ab/?view=month"]


@pytest.mark.parametrize("page", PAGES)
def test_everybody_sees_when_spaces_are_free(client: Client, spaces: dict[str, Space], page: str) -> None:
    response = client.get(page)

    assert response.status_code == 200
    assert "空きあり" in response.text
    assert response.text.count("<h1") == 1


def test_a_space_that_is_not_offered_has_no_page(client: Client, space_a: Space) -> None:
    Space.objects.filter(pk=space_a.pk).update(is_offered=False)

    assert client.get("/spaces/space-a/").status_code == 404
    assert "スペースA</a>" not in client.get("/spaces/").text


@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_names_and_purposes_of_other_groups_are_not_shown(client: Client, space_a: Space, view: str) -> None:
    booking = BookingFactory(space=space_a, day=WEDNESDAY, purpose="ひみつの相談")

    text = client.get(f"/spaces/space-a/?view={view}&date=2026-11-25").text
    text += client.get("/spaces/?date=2026-11-25").text

    for secret in (booking.group.name, "ひみつの相談", booking.reference, booking.booked_by.name):
        assert secret not in text


def test_a_taken_time_is_said_in_words_and_leads_nowhere(client: Client, space_a: Space) -> None:
    BookingFactory(space=space_a, day=WEDNESDAY, hour=13, minutes=120)

    text = client.get("/spaces/space-a/?view=day&date=2026-11-25").text

    assert "予約済" in text
    assert "15:00まで" in text
    assert "begins=13:00" not in text
    assert "begins=14:30" not in text
    assert "begins=15:00" in text


def test_a_booking_of_both_halves_takes_each_of_them(client: Client, spaces: dict[str, Space]) -> None:
    BookingFactory(space=spaces["space-ab"], day=WEDNESDAY, hour=13)

    assert "begins=13:00" not in client.get("/spaces/space-b/?view=day&date=2026-11-25").text


def test_my_groups_booking_is_marked_and_linked_for_me_alone(
    aoba: Client, group: Group, member: User, other_representative: User, space_a: Space
) -> None:
    booking = BookingFactory(space=space_a, group=group, day=WEDNESDAY)
    page = "/spaces/space-a/?date=2026-11-25"

    assert f'href="/bookings/{booking.reference}/"' in aoba.get(page).text
    aoba.force_login(member)
    assert f'href="/bookings/{booking.reference}/"' in aoba.get(page).text
    aoba.force_login(other_representative)
    assert booking.reference not in aoba.get(page).text


def test_a_free_time_leads_to_the_form_with_day_and_time(client: Client, space_a: Space) -> None:
    text = client.get("/spaces/space-a/?date=2026-11-25").text

    assert 'href="/spaces/space-a/book/?date=2026-11-25&amp;begins=09:00"' in text
    assert 'aria-label="空きあり 9:00 スペースA 11月25日（水）"' in text


def test_a_name_with_signs_of_html_stays_a_name(client: Client, space_a: Space) -> None:
    Space.objects.filter(pk=space_a.pk).update(name='<b>"A"</b>')

    for page in ("/spaces/", "/spaces/space-a/?date=2026-11-25", "/spaces/space-a/?view=month"):
        text = client.get(page).text
        assert "<b>" not in text.replace("<b>2", "").replace("<b>3", "")
        assert 'A"</b>' not in text
        assert "&lt;b&gt;&quot;A&quot;&lt;/b&gt;" in text


def test_times_gone_by_cannot_be_chosen(client: Client, space_a: Space) -> None:
    text = client.get("/spaces/space-a/?view=day").text

    assert "begins=10:00" not in text
    assert "begins=10:30" in text


def test_a_day_before_its_window_says_when_it_opens(client: Client, space_a: Space) -> None:
    text = client.get("/spaces/space-a/?view=day&date=2026-12-14").text

    assert "受付前" in text
    assert "11月23日（月） 9:00から受付" in text  # a holiday, but the centre is open
    assert "begins=" not in text


def test_a_closed_day_says_why(client: Client, space_a: Space, manager: User) -> None:
    Closure.objects.create(
        first_day=WEDNESDAY, last_day=WEDNESDAY, kind="inspection", reason="空調の点検", created_by=manager
    )

    text = client.get("/spaces/?date=2026-11-25").text

    assert "休館" in text
    assert "begins=" not in text
    assert "空調の点検" in client.get("/spaces/space-a/?date=2026-11-25").text


def test_a_day_of_a_draw_leads_to_the_draw(client: Client, space_a: Space) -> None:
    draw = LotteryRoundFactory(space=space_a, first_date=WEDNESDAY, last_date=WEDNESDAY)

    text = client.get("/spaces/space-a/?view=day&date=2026-11-25").text

    assert f'href="/lotteries/{draw.pk}/?' in text
    assert "/spaces/space-a/book/" not in text


def test_a_month_names_its_holidays(client: Client, space_a: Space) -> None:
    text = client.get("/spaces/space-a/?view=month&date=2026-11-25").text

    assert '<span class="name">勤労感謝の日</span>' in text
    assert 'aria-label="11月23日（月） 勤労感謝の日' in text


def test_a_hold_shows_no_title(client: Client, space_a: Space) -> None:
    HoldFactory(units=list(space_a.units.all()), day=WEDNESDAY, title="内部の点検")

    assert "内部の点検" not in client.get("/spaces/space-a/?date=2026-11-25").text


def test_the_last_free_table_is_said_to_be_the_last(client: Client, lab: Space) -> None:
    for _table in range(3):
        BookingFactory(space=lab, day=WEDNESDAY, hour=13)

    assert "残りわずか 13:00" in client.get("/spaces/kyodo-lab/?date=2026-11-25").text


@pytest.mark.parametrize("typed", ["2026-02-31", "あした", "1", "0000-00-00", "99999-01-01", "2026-13-01"])
@pytest.mark.parametrize("page", ["/spaces/", "/spaces/space-a/", "/spaces/space-a/?view=month"])
def test_a_date_that_is_none_is_told_and_today_shown(
    client: Client, spaces: dict[str, Space], page: str, typed: str
) -> None:
    response = client.get(page, {"date": typed} | ({"view": "month"} if "view" in page else {}))

    assert response.status_code == 200
    assert "日付が読み取れませんでした" in response.text


@pytest.mark.parametrize("typed", ["1900-01-01", "0001-01-01", "2099-12-31", "9999-12-31"])
@pytest.mark.parametrize("view", ["day", "week", "month"])
def test_a_date_out_of_the_calendar_shows_the_nearest(
    client: Client, spaces: dict[str, Space], view: str, typed: str
) -> None:
    response = client.get("/spaces/space-a/", {"view": view, "date": typed})

    assert response.status_code == 200
    assert "までの空きを見られます" in response.text
    assert client.get("/spaces/", {"date": typed}).status_code == 200


def test_the_calendar_ends_where_it_can_be_shown(client: Client, spaces: dict[str, Space]) -> None:
    assert 'rel="next"' not in client.get("/spaces/?date=2028-01-20").text
    assert 'rel="prev"' in client.get("/spaces/?date=2028-01-20").text
    assert 'rel="prev"' not in client.get("/spaces/?date=2025-11-20").text


def test_an_unknown_view_is_the_week(client: Client, space_a: Space) -> None:
    assert "から1週間" in client.get("/spaces/space-a/?view=year").text


def test_the_week_is_a_table_that_can_be_heard(client: Client, space_a: Space) -> None:
    text = client.get("/spaces/space-a/").text

    assert text.count('<th scope="col"') == 8
    assert '<th scope="row">9:00</th>' in text
    assert "<caption" in text


def test_rules_are_those_of_the_rows(client: Client, lab: Space) -> None:
    text = client.get("/spaces/kyodo-lab/").text
    assert "使う日の2か月前の同じ日の9:00から予約できます。" in text
    assert "1団体1日3時間まで予約できます。" in text
    assert "2人から10人" in text

    BookingPolicy.objects.filter(pk=lab.policy_id).update(
        window_kind="days", window_amount=30, daily_minutes=90, change_deadline_hours=24, approval="always"
    )

    text = client.get("/spaces/kyodo-lab/").text
    assert "使う日の30日前の9:00から予約できます。" in text
    assert "1団体1日1時間30分まで予約できます。" in text
    assert "変更と取消は、始まる24時間前までできます。" in text
    assert "職員が確かめてから、予約が決まります。" in text


@pytest.mark.parametrize("page", PAGES)
def test_more_bookings_cost_no_more_queries(client: Client, spaces: dict[str, Space], page: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        return len(captured)

    queries()
    BookingFactory(space=spaces["kyodo-lab"], day=WEDNESDAY)
    few = queries()
    for hour in (10, 12, 14):
        for slug in ("kyodo-lab", "space-a", "space-b"):
            BookingFactory(space=spaces[slug], day=WEDNESDAY, hour=hour)

    assert queries() == few
    assert few <= 12


def test_a_day_with_nothing_left_says_so(client: Client, spaces: dict[str, Space]) -> None:
    with time_machine.travel(FRIDAY.replace(hour=19, minute=45), tick=False):
        text = client.get("/spaces/").text

    assert "今日の時間は終わりました" in text


def test_a_photo_is_for_everybody_but_only_of_its_own_space(client: Client, spaces: dict[str, Space]) -> None:
    assert client.get("/spaces/space-a/photos/1/").status_code == 404


def test_used_and_missed_bookings_still_hold_their_place(client: Client, space_a: Space) -> None:
    begins_at = clock.at(date(2026, 11, 20), time(9))
    BookingFactory(space=space_a, begins_at=begins_at, ends_at=begins_at + timedelta(hours=3), used=True)

    assert "begins=11:00" not in client.get("/spaces/space-a/?view=day").text
    assert Booking.objects.live().count() == 1


def test_the_first_week_begins_today(client: Client, space_a: Space) -> None:
    assert "2026年11月20日（金）から1週間" in client.get("/spaces/space-a/?date=2026-11-26").text
    assert "2026年11月27日（金）から1週間" in client.get("/spaces/space-a/?date=2026-11-27").text
    assert "2026年11月13日（金）から1週間" in client.get("/spaces/space-a/?date=2026-11-19").text


def test_now_is_a_moment_in_tokyo() -> None:
    assert clock.now() == datetime(2026, 11, 20, 10, 10, tzinfo=clock.TOKYO)
