"""The telephone rings: reception writes the call down without a mouse, in the order in which people talk."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import User
from consultations.models import Consultation, Entry
from kyodo.centre.models import WardCentre
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.consultations import ConsultationFactory
from tests.journeys.conftest import Open
from tests.journeys.looking import problems
from tests.journeys.test_keyboard_only import tab_to

LOG = "/admin/consultations/consultation/log/"


def known_caller() -> Consultation:
    return ConsultationFactory(
        closed=True,
        contact__name="渡邊 みほん",
        contact__name_kana="わたなべ みほん",
        contact__phone="045-777-1234",
        contact__phone_digits="0457771234",
    )


def to_the_form(page: Page) -> None:
    page.goto("/admin/")
    tab_to(page, page.get_by_role("navigation", name="毎日の仕事").get_by_role("link", name="相談を記録する"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("お名前、電話番号、メール、団体名")).to_be_focused()
    expect(page.locator("[data-with-log]")).to_be_visible()


def test_a_call_of_somebody_known_is_answered_at_once(
    open_page: Open, size: dict[str, int], reception: User
) -> None:
    known_caller()
    page = open_page(size, user=reception)
    to_the_form(page)
    assert problems(page) == []

    page.keyboard.type("わたなべ")
    line = page.get_by_role("button", name="まえに相談した人 渡邊 みほん")
    expect(line).to_be_visible()
    assert problems(page) == []
    page.keyboard.press("ArrowDown")
    expect(line).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_label("お名前", exact=False).last).to_have_value("渡邊 みほん")
    expect(page.get_by_label("電話番号", exact=False).last).to_have_value("045-777-1234")
    tab_to(page, page.get_by_label("相談の種類"))
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    tab_to(page, page.get_by_label("相談の内容"))
    page.keyboard.type("総会の日取りを変えたいが、会則にない。")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_role("main")).to_contain_text("記録しました。受付番号は")
    shared = Consultation.objects.latest("pk")
    assert (shared.status, shared.channel, shared.kind) == (Consultation.Status.RECEIVED, "phone", "run")
    assert problems(page) == []


@pytest.mark.parametrize("door", [LOG, "/ward/log/"])
def test_enter_in_the_search_box_searches_and_the_arrows_choose(
    open_page: Open, reception: User, door: str
) -> None:
    """Also when the lines stand there already: it never saves."""
    ward_officer = UserFactory(role=User.Role.WARD, ward_centre=WardCentre.objects.earliest("pk"))
    office = None if door == LOG else ward_officer.ward_centre
    for name in ("渡邊 みほん", "渡邊 ふたば"):
        ConsultationFactory(closed=True, contact__name=name, ward_centre=office)
    page = open_page(user=reception if door == LOG else ward_officer)
    page.goto(door)
    page.get_by_label("相談の種類").select_option("run")
    page.get_by_label("相談の内容").fill("総会の日取り。")
    search = page.get_by_label("お名前、電話番号、メール、団体名")
    lines = page.locator("[data-hit]")

    search.press_sequentially("渡邊")
    expect(lines).to_have_count(2)
    search.press("Enter")
    expect(lines.first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(lines.last).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(search).to_be_focused()
    search.fill("いない人")
    search.press("Enter")
    expect(page.get_by_text("見つかりませんでした")).to_be_visible()

    expect(page.get_by_label("相談の内容")).to_have_value("総会の日取り。")
    assert Consultation.objects.count() == 2


def test_whoever_comes_back_after_the_call_finds_the_form_empty(open_page: Open, reception: User) -> None:
    """Chromium fills a page again after Back, under whatever session, but for fields that say off."""
    page = open_page(user=reception)
    page.goto(LOG)
    page.get_by_label("相談の内容").fill("人に聞かれたくない話。")
    page.goto("/admin/")

    page.go_back()

    expect(page.get_by_label("相談の内容")).to_have_value("")


def test_a_call_is_not_lost_when_the_session_ended_meanwhile(open_page: Open, reception: User) -> None:
    page = open_page(user=reception)
    page.goto(LOG)
    page.get_by_label("相談の種類").select_option("run")
    page.get_by_label("相談の内容").fill("総会の日取りを変えたい。")
    page.get_by_role("radio", name="来館").check()
    Session.objects.all().delete()
    page.get_by_role("button", name="記録する", exact=True).last.click()

    page.get_by_label("メールアドレス").fill(reception.email)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="ログイン", exact=True).click()

    expect(page.get_by_role("main")).to_contain_text("まだ送っていません")
    expect(page.get_by_label("相談の内容")).to_have_value("総会の日取りを変えたい。")
    expect(page.get_by_role("radio", name="来館")).to_be_checked()
    assert problems(page) == []
    assert not Consultation.objects.exists()
    page.get_by_role("button", name="記録する", exact=True).last.click()
    expect(page.get_by_role("main")).to_contain_text("記録しました。受付番号は")
    assert Consultation.objects.get().text == "総会の日取りを変えたい。"


def test_a_question_is_answered_and_closed_by_the_arrows(open_page: Open, reception: User) -> None:
    page = open_page(user=reception)
    to_the_form(page)

    tab_to(page, page.get_by_role("radio", name="電話"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="来館")).to_be_checked()
    tab_to(page, page.get_by_label("相談の種類"))
    page.keyboard.press("End")
    tab_to(page, page.get_by_label("相談の内容"))
    page.keyboard.type("印刷機は使えるか。")
    tab_to(page, page.get_by_role("radio", name="共通の受付に置く"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", name="この場で答えて完了")).to_be_checked()
    page.keyboard.press("ControlOrMeta+Enter")

    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(page.get_by_label("相談の内容")).to_have_value("印刷機は使えるか。")
    assert problems(page) == []
    tab_to(page, summary.get_by_role("link"))
    page.keyboard.press("Enter")
    expect(page.get_by_label("こちらから伝えたこと")).to_be_focused()
    page.keyboard.type("登録団体が使えると伝えた。")
    page.keyboard.press("ControlOrMeta+Enter")

    expect(page.get_by_role("main")).to_contain_text("記録しました。受付番号は")
    done = Consultation.objects.get()
    assert (done.status, done.outcome_text) == (Consultation.Status.CLOSED, "登録団体が使えると伝えた。")


def test_a_call_about_an_open_one_is_added_to_it(
    open_page: Open, size: dict[str, int], reception: User
) -> None:
    there = ConsultationFactory(in_progress=True, subject="川べりの花壇の件")
    page = open_page(size, user=reception)
    to_the_form(page)

    page.keyboard.type("花壇")
    expect(page.get_by_role("button", name="この相談に書き足す")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("話したことを書き足す")
    assert problems(page) == []
    tab_to(page, page.get_by_label("話したこと"))
    page.keyboard.type("土曜に見に来てほしいとのこと。")
    page.keyboard.press("ControlOrMeta+Enter")

    expect(page.get_by_role("main")).to_contain_text("土曜に見に来てほしいとのこと。")
    assert Entry.objects.get(consultation=there).kind == Entry.Kind.TALK
    assert Consultation.objects.count() == 1


def test_without_scripts_the_same_form_searches_and_saves(open_page: Open, reception: User) -> None:
    known_caller()
    page = open_page(user=reception, javascript=False)
    page.goto(LOG)

    page.get_by_label("相談の内容").fill("会計の帳簿のつけ方。")
    page.get_by_label("お名前、電話番号、メール、団体名").fill("045-777-1234")
    page.get_by_label("お名前、電話番号、メール、団体名").press("Enter")
    page.get_by_role("button", name="まえに相談した人 渡邊 みほん").click()
    expect(page.get_by_label("相談の内容")).to_have_value("会計の帳簿のつけ方。")
    page.get_by_label("相談の種類").select_option("run")
    page.get_by_role("button", name="記録する", exact=True).last.click()

    expect(page.get_by_role("main")).to_contain_text("記録しました。受付番号は")
    assert Consultation.objects.latest("pk").contact.name == "渡邊 みほん"
