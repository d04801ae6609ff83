"""The great journey: from nobody to a booking and back, as a citizen, as staff, and as a representative."""

from pathlib import Path

from playwright.sync_api import Page, expect

from accounts.models import Application, Group, User
from kyodo.mail.models import OutgoingMail
from spaces.models import Booking
from tests.journeys.conftest import Open, link_in_mail, newest_mail
from tests.journeys.looking import DESKTOP

EMAIL = "hajime@example.jp"
PASSWORD = "hare-nochi-kumori-7"
# The smallest that a reader opens: one empty page.
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def test_from_sign_up_to_a_cancelled_booking(
    open_page: Open, size: dict[str, int], coordinator: User, tmp_path: Path
) -> None:
    bylaws = tmp_path / "会則.pdf"
    bylaws.write_bytes(PDF)
    page = open_page(size)

    sign_up(page)
    fill_in_profile(page)
    apply_for_registration(page, bylaws)
    application = Application.objects.get()
    assert application.status == Application.Status.SUBMITTED
    assert application.documents.get().filename == "会則.pdf"

    decide(open_page(DESKTOP, user=coordinator), application)
    group = Group.objects.get()
    assert group.name == "川べりの花の会"

    look_at_card(page, group)
    reference = book(page)
    change(page, reference)
    cancel(page, reference)
    subjects = OutgoingMail.objects.filter(to=EMAIL).order_by("pk").values_list("subject", flat=True)
    assert [subject[1:].split("】")[0] for subject in subjects if subject.startswith("【予約")] == [
        "予約確定",
        "予約変更",
        "予約取消",
    ]


# ── The citizen ──────────────────────────────────────────────────────────────────────────────────────────────────


def sign_up(page: Page) -> None:
    page.goto("/")
    open_menu(page)
    page.get_by_role("link", name="新規登録").locator("visible=true").click()
    page.get_by_label("お名前").fill("新川 はじめ")
    page.get_by_label("ふりがな").fill("にいかわ はじめ")
    page.get_by_label("メールアドレス").fill(EMAIL)
    page.get_by_label("パスワード", exact=False).first.fill(PASSWORD)
    page.get_by_label("個人情報の取扱いに同意します").check()
    page.get_by_role("button", name="登録して確認メールを受け取る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("メールを送りました")
    page.goto(link_in_mail(EMAIL))
    page.get_by_role("button", name="このメールアドレスで登録する").click()
    page.wait_for_load_state()
    if "/login/" in page.url:
        page.get_by_label("メールアドレス").fill(EMAIL)
        page.get_by_label("パスワード").fill(PASSWORD)
        page.get_by_role("button", name="ログイン", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert User.objects.get(email=EMAIL).name == "新川 はじめ"


def fill_in_profile(page: Page) -> None:
    page.goto("/my/profile/")
    page.get_by_label("電話番号").fill("045-000-9999")
    page.get_by_role("main").get_by_role("button", name="保存").first.click()
    expect(page.get_by_role("status")).to_be_visible()
    assert User.objects.get(email=EMAIL).phone == "045-000-9999"


def apply_for_registration(page: Page, bylaws: Path) -> None:
    page.goto("/groups/register/")
    page.get_by_role("button", name="申請を始める").click()
    page.get_by_label("団体：1つの団体として登録する").check()
    go_on(page)
    page.get_by_label("団体名", exact=False).first.fill("川べりの花の会")
    page.get_by_label("団体名のふりがな").fill("カワベリノハナノカイ")
    page.get_by_label("活動の目的").fill("川べりに花を植え、歩きたくなるまちにする")
    page.get_by_role("group", name="活動分野").get_by_role("checkbox").first.check()
    page.get_by_role("group", name="活動する区").get_by_label("鶴見区").check()
    leave_and_come_back(page)
    expect(page.get_by_label("団体名のふりがな")).to_have_value("かわべりのはなのかい")
    go_on(page)
    page.get_by_label("会員数").fill("12")
    page.get_by_label("うち市内に在住・在勤・在学の人数").fill("10")
    go_on(page)
    page.get_by_label("連絡担当者のお名前").fill("新川 はじめ")
    page.get_by_label("連絡先メールアドレス").fill(EMAIL)
    page.get_by_label("連絡先電話番号").fill("０４５−０００−９９９９")
    go_on(page)
    page.get_by_label("定款・会則・規約").set_input_files(bylaws)
    go_on(page)
    page.get_by_label("センター", exact=False).first.check()
    for rank, day in ((1, "2026-11-24"), (2, "2026-11-25"), (3, "2026-11-26")):
        wish = page.get_by_role("group", name=f"第{rank}希望")
        wish.get_by_label("日", exact=True).fill(day)
        wish.get_by_label("時刻").select_option("10:00")
    go_on(page)
    expect(page.get_by_role("link", name="会則.pdf")).to_be_visible()
    page.get_by_role("button", name="この内容で送る").click()
    expect(page.get_by_role("heading", name="申請を受け付けました")).to_be_visible()


def go_on(page: Page) -> None:
    before = page.url
    page.get_by_role("button", name="保存して次へ").click()
    expect(page).not_to_have_url(before)


def leave_and_come_back(page: Page) -> None:
    """Half way through: kept, home, and back to the same step with everything in it."""
    address = page.url
    page.get_by_role("button", name="保存してあとで続ける").click()
    expect(page.get_by_role("status")).to_contain_text("ここまでを保存しました")
    page.goto("/")
    page.goto("/groups/register/")
    page.get_by_role("link", name="続きを書く").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if page.url != address:
        page.goto(address)


# ── Staff ────────────────────────────────────────────────────────────────────────────────────────────────────────


def decide(page: Page, application: Application) -> None:
    page.goto("/admin/accounts/application/")
    page.get_by_role("link", name="川べりの花の会").click()
    page.get_by_label("第1希望", exact=False).check()
    page.get_by_role("button", name="この日時に決める").click()
    expect(page.get_by_text("ヒアリングの日時を決めました。")).to_be_visible()
    invitation = newest_mail(EMAIL)
    assert [attachment.name for attachment in invitation.attachments.all()]
    for criterion in ("非営利性", "自主性", "公益性", "属市域性"):
        box = page.locator(".criterion", has_text=criterion)
        box.get_by_role("checkbox").check()
        box.get_by_role("textbox").fill("会則で確かめた")
    page.get_by_role("button", name="4つの要件を保存").click()
    expect(page.get_by_text("要件の確認を保存しました。")).to_be_visible()
    for criterion in ("非営利性", "自主性", "公益性", "属市域性"):
        expect(page.locator(".criterion", has_text=criterion).get_by_role("checkbox")).to_be_checked()
    page.get_by_label("ヒアリングの記録がないまま登録する").check()
    page.get_by_role("button", name="登録する", exact=True).click()
    expect(page.get_by_text("登録しました。", exact=False).first).to_be_visible()
    application.refresh_from_db()
    assert application.status == Application.Status.APPROVED


# ── The representative ───────────────────────────────────────────────────────────────────────────────────────────


def look_at_card(page: Page, group: Group) -> None:
    page.goto("/my/")
    page.get_by_role("region", name="わたしの団体").get_by_role("link", name=group.name).click()
    page.get_by_role("link", name="登録カード").click()
    expect(page.get_by_role("main")).to_contain_text(group.number)


def book(page: Page) -> str:
    """協働ラボ, tomorrow at 13:00, by tapping the free slot; the form comes filled in but for people and purpose."""
    page.goto("/")
    open_menu(page)
    page.get_by_role("link", name="場所を予約する").locator("visible=true").first.click()
    page.get_by_role("main").get_by_role("link", name="協働ラボ", exact=True).first.click()
    page.wait_for_url("**/spaces/kyodo-lab/**")
    if page.locator(".day-strip").is_visible():
        page.locator(".day-strip").get_by_role("link").nth(1).click()
    page.locator("a.state.free:visible[href*='2026-11-19'][href*='13:00']").first.click()
    expect(page.get_by_label("始まり")).to_have_value("13:00")
    page.get_by_label("終わり").select_option("15:00")
    page.get_by_label("人数").fill("5")
    page.get_by_label("利用の目的").fill("花壇の計画づくり")
    page.get_by_role("button", name="予約する", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("予約が決まりました")
    reference = page.locator(".receipt-number").inner_text()
    booking = Booking.objects.get(reference=reference)
    assert booking.people == 5
    return reference


def change(page: Page, reference: str) -> None:
    page.get_by_role("link", name="変更する").click()
    page.get_by_label("終わり").select_option("14:30")
    page.get_by_role("button", name="変更する").click()
    expect(page.get_by_role("status")).to_contain_text("予約を変更しました")
    expect(page.get_by_role("heading", level=1)).to_contain_text("13:00-14:30")


def cancel(page: Page, reference: str) -> None:
    page.get_by_role("link", name="取り消す").click()
    page.get_by_role("button", name="この予約を取り消す").click()
    expect(page.get_by_role("status")).to_contain_text("予約を取り消しました")
    assert Booking.objects.get(reference=reference).status == Booking.Status.CANCELLED


def open_menu(page: Page) -> None:
    """On a phone the links of the header are behind a button."""
    menu = page.locator(".site-menu > summary")
    if menu.is_visible():
        menu.click()
