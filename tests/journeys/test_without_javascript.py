"""On an old phone with scripts off: everything can be done, only a little less smoothly."""

from datetime import date

from playwright.sync_api import Page, expect

from accounts.models import Group, User
from spaces.models import Booking, BookingSeries, Space, WaitingEntry
from tests.factories.spaces import BookingFactory
from tests.journeys.conftest import Open, sign_in
from tests.journeys.looking import PHONE

TOMORROW = date(2026, 11, 19)


def fill_in(page: Page, *, people: str, ends: str) -> None:
    page.get_by_label("終わり").select_option(ends)
    page.get_by_label("人数").fill(people)
    page.get_by_label("利用の目的").fill("見守り歩きの打合せ")


def test_a_slot_is_found_and_booked(open_page: Open, group: Group, representative: User) -> None:
    page = open_page(PHONE, javascript=False)

    sign_in(page, representative.email)
    page.locator(".site-menu > summary").click()
    page.locator(".site-menu").get_by_role("link", name="場所を予約する").click()
    page.get_by_label("日にちを選ぶ").fill("2026-11-19")
    page.get_by_role("button", name="見る").click()
    page.get_by_role("link", name="空きあり 10:00 協働ラボ", exact=False).first.click()
    fill_in(page, people="30", ends="12:00")
    page.get_by_role("button", name="予約する", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("人数")
    expect(page.get_by_label("人数")).to_have_value("30")
    expect(page.get_by_label("終わり")).to_have_value("12:00")
    expect(page.get_by_label("利用の目的")).to_have_value("見守り歩きの打合せ")

    page.get_by_label("人数").fill("6")
    page.get_by_role("button", name="予約する", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("予約が決まりました")
    booking = Booking.objects.get()
    assert (booking.day, booking.people, booking.group) == (TOMORROW, 6, group)


def test_a_series_is_previewed_and_booked(
    open_page: Open, group: Group, representative: User, other_group: Group
) -> None:
    space = Space.objects.get(slug="space-a")
    BookingFactory(space=space, group=other_group, day=date(2026, 11, 26), hour=13, minutes=120)
    page = open_page(PHONE, user=representative, javascript=False)

    page.goto("/spaces/space-a/series/?date=2026-11-19&begins=13:00")
    page.get_by_label("毎週").check()
    page.get_by_label("回数").fill("3")
    fill_in(page, people="8", ends="15:00")
    page.get_by_role("button", name="日にちを確かめる").click()

    days = page.locator(".occurrences > li")
    expect(days).to_have_count(3)
    expect(days.nth(0)).to_contain_text("予約できます")
    expect(days.nth(1)).to_contain_text("この時間は予約できません")
    days.nth(1).get_by_role("radio").nth(1).check()
    page.get_by_role("button", name="選んだ日を予約する").click()
    expect(page.get_by_role("status")).to_contain_text("くり返しの予約を受け付けました")
    series = BookingSeries.objects.get()
    assert series.bookings.count() == 3


def test_a_group_waits_for_a_taken_time(
    open_page: Open, group: Group, representative: User, other_group: Group
) -> None:
    space = Space.objects.get(slug="space-a")
    BookingFactory(space=space, group=other_group, day=TOMORROW, hour=13, minutes=120)
    page = open_page(PHONE, user=representative, javascript=False)

    page.goto("/spaces/space-a/book/?date=2026-11-19&begins=13:00")
    fill_in(page, people="8", ends="15:00")
    page.get_by_role("button", name="予約する", exact=True).click()
    expect(page.get_by_role("heading", name="代わりに予約できる時間")).to_be_visible()
    page.get_by_role("link", name="空き待ちをする").click()
    expect(page.get_by_label("人数")).to_have_value("8")
    page.get_by_role("button", name="空いたら知らせてもらう").click()

    expect(page.get_by_role("status")).to_contain_text("空いたらメールでお知らせします")
    entry = WaitingEntry.objects.get()
    assert (entry.group, entry.people) == (group, 8)
    page.get_by_role("button", name="空き待ちをやめる", exact=False).click()
    expect(page.get_by_role("status")).to_contain_text("空き待ちをやめました")
