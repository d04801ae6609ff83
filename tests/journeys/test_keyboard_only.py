"""Without a mouse: every step by Tab, Enter, Space and the arrows, and always visible where one is."""

import re

from playwright.sync_api import Locator, Page, expect

from accounts.models import Group, User
from spaces.models import Booking
from tests.factories.accounts import ApplicationFactory
from tests.journeys.conftest import Open

FREE = "/spaces/kyodo-lab/?view=day&date=2026-11-19"
MOST_STOPS = 120

HERE = "() => document.activeElement"
MARKED = """(one) => {
  const style = getComputedStyle(one);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""

ON_TOP = """(link) => {
  const box = link.getBoundingClientRect();
  return link.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every stop on the way must show itself, once the style sheets are there."""
    page.wait_for_load_state("load")
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.evaluate_handle(HERE).as_element()
        assert focused is not None
        if focused.evaluate("(one) => one === document.body"):
            continue
        assert focused.evaluate(MARKED), (
            f"no visible focus on {focused.evaluate('(one) => one.outerHTML')[:200]}"
        )
        if target.evaluate("(one) => one === document.activeElement"):
            expect(target).to_be_in_viewport()
            return
    raise AssertionError(f"Tab never came to {target}")


def choose(page: Page, field: Locator, label: str) -> None:
    """An option of a list, by typing its words as people do."""
    tab_to(page, field)
    page.keyboard.type(label)


def test_a_booking_is_made_and_cancelled(open_page: Open, group: Group, representative: User) -> None:
    page = open_page(user=representative)
    page.goto(FREE)

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="本文へ進む")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()

    tab_to(page, page.locator("a.state.free[href*='13:00']"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("始まり")).to_have_value("13:00")
    page.get_by_role("link", name="本文へ進む").focus()
    page.keyboard.press("Enter")
    choose(page, page.get_by_label("終わり"), "14:00")
    expect(page.get_by_label("終わり")).to_have_value("14:00")
    tab_to(page, page.get_by_label("人数"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("4")
    tab_to(page, page.get_by_role("button", name="予約する", exact=True))
    page.keyboard.press("Enter")

    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(page).to_have_title("エラー：協働ラボを予約する｜横浜市市民協働推進センター")
    tab_to(page, summary.get_by_role("link", name="利用の目的"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("利用の目的")).to_be_focused()
    page.keyboard.type("定例の打合せ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("予約が決まりました")

    tab_to(page, page.get_by_role("link", name="取り消す"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("予約を取り消す")
    tab_to(page, page.get_by_role("button", name="この予約を取り消す"))
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_contain_text("予約を取り消しました")
    assert Booking.objects.get().status == Booking.Status.CANCELLED


def test_arrows_walk_the_week_and_a_link_leads_past_it(open_page: Open, site: str) -> None:
    page = open_page()
    page.goto("/spaces/kyodo-lab/?view=week&date=2026-11-19")
    page.wait_for_load_state("load")

    def free(day: int, hour: str) -> Locator:
        return page.locator(f".timetable a.state.free[href*='date=2026-11-{day}'][href*='{hour}']")

    free(19, "begins=13:00").focus()
    page.keyboard.press("ArrowRight")
    expect(free(20, "begins=13:00")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(free(20, "begins=13:30")).to_be_focused()

    page.locator("#main").focus()
    past = page.get_by_role("link", name="時間の表をとばす")
    tab_to(page, past)
    assert past.evaluate(ON_TOP), "the head of the table lies over it"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("""() => {
      const table = document.querySelector(".timetable");
      return !!(table.compareDocumentPosition(document.activeElement) & Node.DOCUMENT_POSITION_FOLLOWING)
        && !table.contains(document.activeElement);
    }""")


def test_menus_open_and_close(open_page: Open, representative: User) -> None:
    page = open_page(user=representative)
    page.goto("/")

    menu = page.locator(".account-menu > summary")
    tab_to(page, menu)
    page.keyboard.press("Enter")
    bookings = page.locator(".account-menu").get_by_role("link", name="予約の一覧")
    expect(bookings).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(bookings).to_be_hidden()
    expect(menu).to_be_focused()


def test_choices_move_with_the_arrows(open_page: Open, group: Group, representative: User) -> None:
    page = open_page(user=representative)
    page.goto("/spaces/kyodo-lab/series/")

    weekly = page.get_by_role("radio", name="毎週")
    tab_to(page, weekly)
    page.keyboard.press("ArrowDown")

    expect(weekly).not_to_be_checked()
    expect(page.get_by_role("radio").nth(1)).to_be_checked()


def test_enter_saves_a_step_whatever_button_comes_first(open_page: Open, citizen: User) -> None:
    draft = ApplicationFactory(applicant=citizen)
    page = open_page(user=citizen)
    page.goto(f"/groups/register/{draft.reference}/kind/")
    page.get_by_label("プロジェクトチーム", exact=False).first.check()
    page.get_by_label("構成団体1の名前").fill("川べりの花の会")
    page.get_by_label("構成団体2の名前").fill("港の菓子工房")

    page.get_by_label("構成団体2の名前").press("Enter")

    expect(page).to_have_url(re.compile("/profile/$"))
