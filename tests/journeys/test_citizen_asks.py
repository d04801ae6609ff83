"""A citizen without an account asks, opens the page by the code from the mail, writes on, and takes it back."""

import re
from collections.abc import Callable
from pathlib import Path

import time_machine
from playwright.sync_api import Page, expect

from accounts.models import User
from consultations.actions import entries, page_codes
from consultations.models import Consultation, Reading
from consultations.tasks.people import send_page_code
from consultations.views.ask import QUICKEST_SECONDS
from tests.journeys.conftest import Open, link_in_mail, newest_mail
from tests.journeys.looking import problems
from tests.journeys.test_citizen_to_booking import PDF

EMAIL = "hanako@example.jp"


def test_from_the_question_to_taking_it_back(
    open_page: Open,
    size: dict[str, int],
    coordinator: User,
    tmp_path: Path,
    wednesday_morning: time_machine.Traveller,
) -> None:
    plan = tmp_path / "計画.pdf"
    plan.write_bytes(PDF)
    page = open_page(size)
    wrong: list[str] = []

    def look() -> None:
        wrong.extend(problems(page))

    start(page, look)
    fill_in(page, look)
    wednesday_morning.shift(QUICKEST_SECONDS + 1)
    send(page, plan, look)
    consultation = Consultation.objects.get()
    assert consultation.attachments.get().name == "計画.pdf"
    assert consultation.wished_times.count() == 1

    open_by_code(page, consultation, look)
    assert Reading.objects.filter(reader="person").count() == 1
    write_on(page, consultation)
    entries.reply(
        consultation=consultation,
        version=Consultation.objects.get().version,
        message="空き家のことは、まず区役所で聞けます。",
        by=coordinator,
    )
    page.reload()
    page.wait_for_load_state()
    expect(page.get_by_role("main")).to_contain_text("まず区役所で聞けます")
    look()
    take_back(page, look)
    consultation.refresh_from_db()
    assert consultation.outcome == "withdrawn"
    assert wrong == []


def start(page: Page, look: Callable[[], None]) -> None:
    page.goto("/")
    page.get_by_role("navigation", name="ご案内").get_by_role("link", name="相談する").click()
    page.get_by_label("市民・団体").check()
    page.get_by_role("button", name="次へ").click()
    expect(page.get_by_role("alert")).to_contain_text("どんな相談ですか")
    look()
    expect(page.get_by_label("市民・団体")).to_be_checked()
    page.get_by_label("活動を始めたい").check()
    page.get_by_role("button", name="次へ").click()


def fill_in(page: Page, look: Callable[[], None]) -> None:
    page.get_by_label("相談したいこと").fill("空き家で子どもの居場所をつくりたいです。")
    page.get_by_label("仲間がいる").check()
    page.get_by_label("活動する区").select_option("鶴見区")
    page.get_by_label("センターで会う").check()
    wish = page.get_by_role("group", name="第1希望")
    wish.get_by_label("日", exact=True).fill("2026-11-20")
    wish.get_by_label("時刻").select_option("19:30")
    page.get_by_label("お名前").fill("相談 花子")
    page.get_by_role("textbox", name="メールアドレス").fill(EMAIL)
    look()
    page.get_by_role("button", name="内容を確かめる").click()
    # An hour from half past seven ends after closing time.
    expect(page.get_by_role("alert")).to_contain_text("収まるように")
    look()
    page.get_by_role("group", name="第1希望").get_by_label("時刻").select_option("14:00")
    page.get_by_role("button", name="内容を確かめる").click()


def send(page: Page, plan: Path, look: Callable[[], None]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("確かめて送る")
    expect(page.get_by_role("region", name="先に役に立つかもしれないもの")).to_contain_text("鶴見区")
    page.get_by_role("button", name="書き直す").first.click()
    expect(page.get_by_label("相談したいこと")).to_have_value("空き家で子どもの居場所をつくりたいです。")
    page.get_by_role("button", name="内容を確かめる").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("確かめて送る")
    look()
    page.get_by_role("button", name="この内容で送る").last.click()
    expect(page.get_by_role("alert")).to_contain_text("同意")
    page.get_by_label("上の取り扱いに同意します").check()
    page.get_by_role("region", name="資料を添える").get_by_label("資料").set_input_files(plan)
    page.get_by_role("button", name="この内容で送る").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("相談を受け付けました")
    look()
    assert page.locator(".receipt-number").inner_text() == Consultation.objects.get().reference


def open_by_code(page: Page, consultation: Consultation, look: Callable[[], None]) -> None:
    page.goto(link_in_mail(EMAIL))
    look()
    page.get_by_label("相談のときのメールアドレス").fill(EMAIL)
    page.get_by_role("button", name="確認コードを受け取る").click()
    page.get_by_label("確認コード").fill("12345")
    page.get_by_role("button", name="開く", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("6けた")
    look()
    # What the worker does with the job that the page left.
    ticket = page_codes.ticket_hash(page.locator("input[name=ticket]").input_value(), consultation.reference)
    send_page_code(consultation_id=consultation.pk, ticket=ticket)
    code = re.search(r"^\d{6}$", newest_mail(EMAIL).body, re.MULTILINE)
    assert code
    page.get_by_label("確認コード").fill(code[0])
    page.get_by_role("button", name="開く", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(consultation.subject)
    look()


def write_on(page: Page, consultation: Consultation) -> None:
    page.get_by_label("伝えたいこと").fill("場所は鶴見駅の近くです。")
    page.get_by_role("button", name="送る", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("送りました")
    expect(page.get_by_role("main")).to_contain_text("場所は鶴見駅の近くです。")
    assert consultation.entries.get().text == "場所は鶴見駅の近くです。"


def take_back(page: Page, look: Callable[[], None]) -> None:
    page.get_by_role("link", name="相談を取り下げる").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("相談を取り下げますか")
    look()
    page.get_by_role("button", name="取り下げる", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("取り下げました")
    page.get_by_role("button", name="この端末で閉じる").click()
    expect(page.get_by_role("status")).to_contain_text("閉じました")
