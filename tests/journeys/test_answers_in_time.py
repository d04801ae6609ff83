"""What waits for somebody's word: a won draw for the group's, the use of a whole hall for the centre's."""

from datetime import timedelta

from playwright.sync_api import expect

from accounts.models import Group, User
from kyodo import clock
from spaces.actions import lottery
from spaces.models import Booking, LotteryEntry, Space
from tests.factories.spaces import LotteryEntryFactory, LotteryRoundFactory
from tests.journeys.conftest import Open, link_in_mail, newest_mail, sign_in
from tests.journeys.looking import problems


def test_a_win_is_claimed_from_the_mail(
    open_page: Open, size: dict[str, int], group: Group, representative: User
) -> None:
    space = Space.objects.get(slug="space-a")
    drawn = LotteryRoundFactory(space=space, opened=clock.now() - timedelta(days=13))
    entry = LotteryEntryFactory(round=drawn, group=group, user=representative)
    lottery.draw_lottery(lottery=drawn)
    page = open_page(size)
    sign_in(page, representative.email)

    page.goto("/my/")
    needs = page.get_by_role("region", name="あなたにしてほしいこと")
    expect(needs).to_contain_text("抽選に当たりました")
    assert problems(page) == []
    page.goto(link_in_mail(representative.email))
    assert problems(page) == []
    page.get_by_role("link", name="使う・使わないを決める").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("この時間を使いますか")
    assert problems(page) == []
    page.get_by_role("button", name="使います").click()

    expect(page.get_by_role("main")).to_contain_text("予約確定")
    assert problems(page) == []
    entry.refresh_from_db()
    assert entry.status == LotteryEntry.Status.CLAIMED
    page.goto("/my/")
    expect(page.get_by_role("region", name="これからの予定")).to_contain_text("スペースA")
    expect(needs).not_to_be_visible()


def test_an_event_is_asked_for_and_approved(
    open_page: Open, size: dict[str, int], group: Group, representative: User, coordinator: User
) -> None:
    page = open_page(size, user=representative)
    page.goto("/spaces/space-ab/book/?date=2026-12-02&begins=13:00&ends=16:00")
    page.get_by_label("人数").fill("120")
    page.get_by_label("利用の目的").fill("見守り活動の報告会")
    page.get_by_label("催し").check()
    page.get_by_label("共催・後援").fill("市民局市民協働推進課")
    assert problems(page) == []
    page.get_by_role("main").get_by_role("button", name="予約").first.click()
    expect(page.get_by_role("main")).to_contain_text("承認待ち")
    assert problems(page) == []
    address = page.url

    desk = open_page(size, user=coordinator)
    desk.goto("/admin/")
    desk.get_by_role("link", name=f"利用の承認 {group.name}").click()
    expect(desk.get_by_role("main")).to_contain_text("見守り活動の報告会")
    assert problems(desk) == []
    desk.get_by_role("button", name="承認する").click()
    desk.wait_for_load_state()
    assert problems(desk) == []
    desk.goto("/admin/")
    expect(desk.get_by_role("link", name="利用の承認", exact=False)).to_have_count(0)

    assert Booking.objects.get().status == Booking.Status.CONFIRMED
    assert newest_mail(representative.email).kind == "spaces/booking_approved"
    page.goto(address)
    expect(page.get_by_role("main")).to_contain_text("予約確定")
