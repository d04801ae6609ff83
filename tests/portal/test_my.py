"""A person's own page."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import Application, Group, User
from kyodo import clock
from kyodo.portal.queries.my import my_page
from spaces.models import Booking, LotteryEntry
from tests.factories.accounts import ApplicationFactory, GroupFactory, UserFactory
from tests.factories.spaces import (
    BookingFactory,
    LotteryEntryFactory,
    LotteryRoundFactory,
    SpaceFactory,
    WaitingFactory,
)


def test_my_page_asks_strangers_to_sign_in(client: Client, db: None) -> None:
    response = client.get("/my/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_my_page_greets_by_name_and_shows_the_way_to_a_first_booking(client: Client, citizen: User) -> None:
    client.force_login(citizen)

    page = client.get("/my/").content.decode()

    assert "市民 一郎さん" in page
    assert 'href="/spaces/"' in page


def test_a_draft_asks_to_be_finished(citizen: User) -> None:
    draft = ApplicationFactory(applicant=citizen, status=Application.Status.DRAFT, name="星空の会")

    [entry] = my_page(citizen).needs

    assert (entry.text, entry.action) == ("星空の会", "続きを書く")
    assert entry.url == f"/applications/{draft.reference}/edit/"


def test_an_application_sent_back_comes_before_what_is_on_its_way(citizen: User) -> None:
    ApplicationFactory(
        applicant=citizen,
        status=Application.Status.RETURNED,
        submitted_at=clock.now(),
        reason="会則の3ページめがありません。",
    )

    page = my_page(citizen)

    assert [entry.action for entry in page.needs] == ["直す"]
    assert page.coming == []


def test_draws_and_waited_for_times_stand_on_the_page(citizen: User) -> None:
    group = GroupFactory(representative=citizen)
    LotteryEntryFactory(
        group=group, user=citizen, round=LotteryRoundFactory(space=SpaceFactory(name="大広間"))
    )
    WaitingFactory(group=group, user=citizen, space=SpaceFactory(name="小部屋"))

    page = my_page(citizen)

    assert [entry.title for entry in page.waiting] == ["抽選：大広間", "空き待ち：小部屋"]


def test_draws_and_waited_for_times_stand_on_the_groups_page(client: Client, citizen: User) -> None:
    group = GroupFactory(representative=citizen)
    LotteryEntryFactory(
        group=group, user=citizen, round=LotteryRoundFactory(space=SpaceFactory(name="大広間"))
    )
    WaitingFactory(group=group, user=citizen, space=SpaceFactory(name="小部屋"))
    client.force_login(citizen)

    page = client.get(group.get_absolute_url()).text

    assert "抽選：大広間" in page
    assert "空き待ち：小部屋" in page


def test_a_contact_who_left_is_to_be_replaced(citizen: User) -> None:
    left = UserFactory()
    group = GroupFactory(representative=citizen, contact_email=left.email)

    [entry] = my_page(citizen).needs

    assert entry.url == f"/groups/{group.number}/contact/"


def test_a_hearing_with_its_time_is_coming(citizen: User) -> None:
    ApplicationFactory(
        applicant=citizen,
        name="星空の会",
        status=Application.Status.HEARING,
        submitted_at=clock.now(),
        hearing_way=Application.HearingWay.ONLINE,
        hearing_at=clock.at(date(2026, 12, 1), clock.now().time().replace(hour=10, minute=0)),
    )

    [entry] = my_page(citizen).coming

    assert entry.title == "星空の会のヒアリング"
    assert entry.text == "2026年12月1日（火） 10:00・オンラインで"


def test_others_applications_are_not_shown(citizen: User, member: User) -> None:
    ApplicationFactory(applicant=citizen, status=Application.Status.DRAFT)

    assert my_page(member).needs == []


@pytest.mark.parametrize(("months_before", "asked"), [(3, False), (1, True)])
def test_the_representative_is_asked_to_renew_when_the_window_is_open(
    group: Group, representative: User, months_before: int, asked: bool
) -> None:
    with time_machine.travel(
        clock.at(group.valid_until - timedelta(days=30 * months_before), clock.now().time())
    ):
        needs = my_page(representative).needs

    assert bool(needs) == asked


def test_a_member_is_not_asked_to_renew(group: Group, member: User) -> None:
    with time_machine.travel(clock.at(group.valid_until - timedelta(days=10), clock.now().time())):
        assert my_page(member).needs == []


def test_bookings_of_ones_groups_are_coming_and_those_of_others_are_not(
    group: Group, other_group: Group, member: User
) -> None:
    BookingFactory(group=group, space=SpaceFactory(name="スペースA"))
    BookingFactory(group=other_group)

    [entry] = my_page(member).coming

    assert (entry.text, entry.badge) == (f"スペースA・{group.name}", "")
    assert entry.title.endswith(" 10:00-11:00")


def test_a_booking_of_today_says_so(group: Group, member: User) -> None:
    now = clock.now()
    with time_machine.travel(now.replace(hour=9), tick=False):
        BookingFactory(group=group, day=clock.today(), hour=10)

        [entry] = my_page(member).coming

        assert (entry.badge, entry.badge_kind) == ("今日", "new")


def test_who_may_book_finds_the_button_first(
    client: Client, group: Group, representative: User, member: User
) -> None:
    for user, is_shown in ((representative, True), (member, False)):
        client.force_login(user)
        shown = '<a class="button" href="/spaces/">' in client.get("/my/").content.decode()
        assert shown == is_shown


def test_only_a_booking_out_of_the_ordinary_carries_a_badge(group: Group, member: User) -> None:
    for hour, status in ((10, Booking.Status.CONFIRMED), (12, Booking.Status.REQUESTED)):
        BookingFactory(group=group, hour=hour, status=status)

    assert [entry.badge for entry in my_page(member).coming] == ["", "承認待ち"]


def test_five_coming_bookings_are_shown_and_the_list_of_all_is_a_press_away(
    client: Client, group: Group, member: User
) -> None:
    client.force_login(member)
    assert "これからの予約をすべて見る" not in client.get("/my/").content.decode()
    for day in range(1, 7):
        BookingFactory(group=group, day=clock.today() + timedelta(days=day))

    assert len(my_page(member).coming) == 5
    assert "これからの予約をすべて見る" in client.get("/my/").content.decode()


def test_a_win_asks_those_who_book_for_an_answer(group: Group, booking_manager: User, member: User) -> None:
    soon = clock.now() + timedelta(days=2)
    booking = BookingFactory(group=group, status=Booking.Status.REQUESTED, claim_until=soon)
    LotteryEntryFactory(
        round=LotteryRoundFactory(space=booking.space),
        group=group,
        booking=booking,
        status=LotteryEntry.Status.WON,
        begins_at=booking.begins_at,
        ends_at=booking.ends_at,
    )

    assert [entry.action for entry in my_page(booking_manager).needs] == ["返事をする"]
    assert my_page(member).needs == []


def test_past_bookings_stand_last(group: Group, member: User) -> None:
    yesterday = clock.today() - timedelta(days=1)
    BookingFactory(group=group, day=yesterday, used=True)

    page = my_page(member)

    assert page.coming == []
    assert len(page.past) == 1


def test_ones_groups_are_listed_with_role_and_validity(group: Group, booking_manager: User) -> None:
    [entry] = my_page(booking_manager).groups

    assert entry.title == "あおば見守りの会"
    assert "予約" in entry.text


def test_my_page_costs_few_queries(
    client: Client,
    group: Group,
    representative: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for hour in (10, 12, 14):
        BookingFactory(group=group, hour=hour)
    client.force_login(representative)
    client.get("/my/")  # the first page of a session also writes down the device

    with django_assert_max_num_queries(17):
        client.get("/my/")
