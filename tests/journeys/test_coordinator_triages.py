"""A coordinator's morning: ten new consultations, looked through by keyboard, given out, tagged and opened."""

from playwright.sync_api import Page, expect

from accounts.models import User
from consultations.models import Consultation
from tests.factories.consultations import ConsultationFactory
from tests.journeys.conftest import Open
from tests.journeys.looking import problems
from tests.journeys.test_keyboard_only import tab_to


def wait_for_keys(page: Page) -> None:
    """The script of the page runs after its lines are shown."""
    expect(page.locator("details[data-with-keys]")).to_have_js_property("hidden", False)


def test_ten_are_triaged_from_the_inbox(
    open_page: Open, size: dict[str, int], coordinator: User, reception: User
) -> None:
    ten = [ConsultationFactory(subject=f"相談の件{number:02}") for number in range(10)]
    page = open_page(size, user=coordinator)

    page.goto("/admin/")
    page.get_by_role("main").get_by_role("link", name="新しい・担当なし 10件").click()
    rows = page.locator("[data-row]")
    expect(rows).to_have_count(10)
    assert problems(page) == []

    wait_for_keys(page)
    # Three of them to reception: j moves, x ticks, a goes to the people.
    for _ in range(3):
        page.keyboard.press("j")
        page.keyboard.press("x")
    expect(page.locator("[data-chosen]")).to_have_text("（3）")
    page.keyboard.press("k")
    expect(rows.nth(1).get_by_role("link")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_label("担当", exact=True).last).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("3件の担当を受付 職員にしました。")).to_be_visible()
    expect(rows).to_have_count(7)
    assert Consultation.objects.filter(assignee=reception).count() == 3

    # The rest: tagged, and taken.
    page.get_by_label("このページをすべて選ぶ").check()
    page.get_by_label("新しいタグ").fill("秋の相談会")
    page.get_by_role("button", name="つける").click()
    expect(page.get_by_text("7件にタグ「秋の相談会」をつけました。")).to_be_visible()
    page.get_by_label("このページをすべて選ぶ").check()
    page.get_by_role("button", name="担当にする").click()
    expect(page.get_by_text("7件の担当を調整 職員にしました。")).to_be_visible()
    expect(page.get_by_text("担当の決まっていない相談はありません。")).to_be_visible()
    assert problems(page) == []

    page.get_by_role("link", name="自分の相談を見る").click()
    expect(rows).to_have_count(7)
    wait_for_keys(page)
    page.keyboard.press("/")
    expect(page.get_by_label("ことば", exact=True)).to_be_focused()
    page.keyboard.type(ten[9].reference)
    page.keyboard.press("Enter")
    expect(rows).to_have_count(1)
    wait_for_keys(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("相談の件09")


def test_a_view_is_kept_under_a_name_without_a_mouse(open_page: Open, coordinator: User) -> None:
    ConsultationFactory(kind="partner")
    ConsultationFactory(kind="run")
    page = open_page(user=coordinator)
    page.goto("/admin/consultations/consultation/inbox/?tab=all")

    tab_to(page, page.locator("summary", has_text="しぼりこむ"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("相談の種類"))
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_role("button", name="さがす"))
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    assert problems(page) == []

    tab_to(page, page.locator("summary", has_text="表示を保存する"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("いまの表示に名前をつける"))
    page.keyboard.type("相手さがし")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="相手さがし")).to_be_visible()
    page.get_by_role("button", name="しぼりこみをやめる").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(2)
    page.get_by_role("link", name="相手さがし").press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)


def test_letters_move_nothing_once_they_are_switched_off(open_page: Open, coordinator: User) -> None:
    ConsultationFactory()
    page = open_page(user=coordinator)
    page.goto("/admin/consultations/consultation/inbox/?tab=all")
    page.locator("summary", has_text="キーボードで動かす").click()
    page.get_by_label("文字のキーで動かす").uncheck()
    page.reload()
    wait_for_keys(page)

    page.keyboard.press("j")

    expect(page.locator("[data-row]").get_by_role("link")).not_to_be_focused()
