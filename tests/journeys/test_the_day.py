"""A morning at the counter: the day sheet, somebody without a booking, who came and who did not, the screen in the lobby."""

from datetime import date

from playwright.sync_api import expect

from accounts.models import Group, User
from spaces.models import Booking, Space
from tests.factories.spaces import BookingFactory
from tests.journeys.conftest import Open, sign_in
from tests.journeys.looking import PHONE

TODAY = date(2026, 11, 18)


def test_reception_runs_the_morning(
    open_page: Open, reception: User, group: Group, other_group: Group
) -> None:
    space = Space.objects.get(slug="space-a")
    here = BookingFactory(space=space, group=group, day=TODAY, hour=10, minutes=120, purpose="見守りの相談")
    page = open_page()

    sign_in(page, reception.email)
    page.goto("/admin/")
    page.get_by_role("main").get_by_role("link", name="今日の利用").first.click()
    row = page.locator(f"#booking-{here.reference}")
    expect(row).to_contain_text("あおば見守りの会")
    expect(row).to_contain_text("未着")
    row.get_by_role("button", name="来館", exact=False).first.click()
    expect(row).to_contain_text("来館済み", use_inner_text=True)
    row.get_by_role("button", name="もどす", exact=False).click()
    expect(row).to_contain_text("未着")
    row.get_by_role("button", name="来館なし", exact=False).click()
    expect(row).to_contain_text("来館なし")
    here.refresh_from_db()
    assert here.status == Booking.Status.NO_SHOW

    # Three clicks: the free place, (the group's number typed) the button, and the sheet shows them in.
    page.get_by_role("link", name="今から使う", exact=False).first.click()
    page.get_by_label("団体", exact=False).first.fill(other_group.number)
    page.get_by_role("button", name="予約して来館を受け付ける").click()
    expect(page.get_by_text("みなと日本語ひろばが協働ラボを", exact=False)).to_be_visible()
    walk_in = Booking.objects.get(group=other_group)
    assert (walk_in.status, walk_in.channel) == (Booking.Status.USED, Booking.Channel.WALK_IN)
    expect(page.locator(f"#booking-{walk_in.reference}")).to_be_visible()


def test_the_lobby_names_nobody(open_page: Open, group: Group) -> None:
    space = Space.objects.get(slug="space-a")
    BookingFactory(space=space, group=group, day=TODAY, hour=10, minutes=120, purpose="見守りの相談")
    page = open_page()

    page.goto("/lobby/")

    expect(page.get_by_role("heading", name="スペースA", exact=True).locator("..")).to_contain_text("使用中")
    text = page.content()
    for secret in (group.name, "見守りの相談", *(user.name for user in User.objects.all())):
        assert secret not in text


def test_a_group_checks_itself_in(open_page: Open, group: Group, representative: User) -> None:
    lab = Space.objects.get(slug="kyodo-lab")
    booking = BookingFactory(space=lab, group=group, day=TODAY, hour=10, minutes=60)
    page = open_page(PHONE)

    page.goto(f"/check-in/{booking.reference}/")
    page.get_by_label("メールアドレス").fill(representative.email)
    page.get_by_label("パスワード").fill("kyodo-demo")
    page.get_by_role("button", name="ログイン", exact=True).click()
    page.get_by_role("button", name="来館を受け付ける").click()

    expect(page.get_by_role("status")).to_contain_text("来館を受け付けました")
    expect(page.get_by_text("受付が済んでいます")).to_be_visible()
    booking.refresh_from_db()
    assert booking.status == Booking.Status.USED
