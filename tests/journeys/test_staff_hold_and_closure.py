"""When the centre needs its own rooms, or has to close: staff see whom it hits before they say yes."""

from datetime import date

from playwright.sync_api import expect

from accounts.models import Group, User
from kyodo.centre.models import Closure
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking, Hold, Space
from tests.factories.spaces import BookingFactory
from tests.journeys.conftest import Open

TOMORROW = date(2026, 11, 19)


def test_a_hold_lists_what_it_hits(
    open_page: Open, coordinator: User, group: Group, representative: User
) -> None:
    hit = BookingFactory(
        space=Space.objects.get(slug="space-a"), group=group, day=TOMORROW, hour=13, booked_by=representative
    )
    page = open_page(user=coordinator)

    page.goto("/admin/spaces/hold/add/")
    page.get_by_label("名前").fill("協働フォーラム")
    page.get_by_role("group", name="場所").get_by_label("スペースA").check()
    page.get_by_role("group", name="場所").get_by_label("スペースB").check()
    page.get_by_label("最初の日").fill("2026-11-19")
    page.get_by_role("button", name="確かめて確保する").click()

    listed = page.get_by_role("region", name="取り消しになる予約")
    expect(listed).to_contain_text(group.name)
    assert not Hold.objects.exists()
    assert not OutgoingMail.objects.exists()

    page.get_by_role("button", name="予約を取り消して確保する").click()
    expect(page.get_by_text("「協働フォーラム」の場所を確保しました。")).to_be_visible()
    hit.refresh_from_db()
    assert hit.status == Booking.Status.CANCELLED
    assert "予約取消" in OutgoingMail.objects.get(to=representative.email).subject

    page.get_by_role("button", name="確保を解除する").click()
    expect(page.get_by_text("確保を解除しました。", exact=False)).to_be_visible()


def test_a_closure_cancels_the_day_and_tells_everybody(
    open_page: Open,
    coordinator: User,
    group: Group,
    representative: User,
    other_group: Group,
    other_representative: User,
) -> None:
    lab = Space.objects.get(slug="kyodo-lab")
    hall = Space.objects.get(slug="space-ab")
    BookingFactory(space=lab, group=group, day=TOMORROW, hour=10, booked_by=representative)
    BookingFactory(space=hall, group=other_group, day=TOMORROW, hour=13, booked_by=other_representative)
    page = open_page(user=coordinator)

    page.goto("/admin/spaces/booking/close/")
    page.get_by_label("最初の日").fill("2026-11-19")
    page.get_by_label("利用者に見せる理由").fill("大雨警報が出たため")
    page.get_by_role("button", name="かかる予約を確かめる").click()
    expect(page.get_by_role("heading", name="この休館にかかる予約が2件（2団体）あります")).to_be_visible()
    assert not Closure.objects.exists()
    page.get_by_role("button", name="休館にして、お知らせする").click()

    expect(page.get_by_text("取り消してメールでお知らせした予約：2件", exact=False)).to_be_visible()
    assert set(Booking.objects.values_list("status", flat=True)) == {Booking.Status.CANCELLED}
    for person in (representative, other_representative):
        mail = OutgoingMail.objects.get(to=person.email)
        assert "大雨警報が出たため" in mail.body
    page.goto("/spaces/kyodo-lab/?view=day&date=2026-11-19")
    expect(page.get_by_role("main")).to_contain_text("大雨警報が出たため")
