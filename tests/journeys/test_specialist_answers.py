"""A specialist without an account answers by the link in a mail, on the phone or at a desk; staff lead it to its result."""

import re
from datetime import date, time, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import User
from consultations.actions import specialists
from consultations.models import Consultation, Referral, Specialist, SpecialistSession, SpecialistSlot
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.consultations import ConsultationFactory, SpecialistFactory
from tests.journeys.conftest import Open, link_in_mail
from tests.journeys.looking import problems

TALK = date(2026, 11, 24)
EXCERPT = "寄付の受け取り方と、会計の記録のしかたを知りたい団体です。"


@pytest.fixture
def specialist() -> Specialist:
    one = SpecialistFactory(name="税理 士子", email="zeiri@example.jp", areas="寄付、NPO法人の会計")
    for hour in (10, 14):
        SpecialistSlot.objects.create(
            specialist=one, begins_at=clock.at(TALK, time(hour)), ends_at=clock.at(TALK, time(hour + 2))
        )
    return one


@pytest.fixture
def session(coordinator: User, specialist: Specialist) -> SpecialistSession:
    consultation: Consultation = ConsultationFactory(
        in_progress=True, assignee=coordinator, referral_consented_at=clock.now(), subject="寄付の会計"
    )
    one = specialists.request(consultation=consultation, profession="tax_accountant", by=coordinator)
    return specialists.hear(
        session=one, version=1, profession="tax_accountant", hearing_note=EXCERPT, by=coordinator
    )


def test_from_the_match_to_the_answer_and_the_fixed_time(
    open_page: Open,
    size: dict[str, int],
    coordinator: User,
    session: SpecialistSession,
    specialist: Specialist,
) -> None:
    staff = open_page(size, user=coordinator)
    address = f"/admin/consultations/specialistsession/{session.pk}/page/"
    staff.goto(address)
    assert problems(staff) == []
    staff.get_by_label("2026年11月24日（火） 14:00-16:00 税理士 税理 士子").check()
    staff.get_by_role("button", name="この専門家に頼む").click()
    expect(staff.get_by_text("専門家に、回答ページのアドレスを送りました。")).to_be_visible()
    assert problems(staff) == []

    theirs = open_page(size)
    _accept(theirs, specialist)

    staff.goto(address)
    expect(staff.get_by_role("main")).to_contain_text("よろしくお願いします。")
    assert problems(staff) == []
    staff.get_by_label("センターで会う").check()
    staff.get_by_label("協働ラボ テーブル1").check()
    staff.get_by_role("button", name="決めて知らせる").click()
    expect(staff.get_by_text("日時を決めて、予定を送りました。")).to_be_visible()
    assert problems(staff) == []

    session.refresh_from_db()
    assert session.begins_at == clock.at(TALK, time(14))
    mailed = OutgoingMail.objects.filter(kind="consultations/session_fixed").values_list("to", flat=True)
    assert set(mailed) == {specialist.email, session.consultation.contact.email}
    theirs.reload()
    expect(theirs.get_by_role("main")).to_contain_text("相談 花子 さん")
    assert problems(theirs) == []

    with time_machine.travel(clock.at(TALK, time(16)), tick=False):
        _tell(theirs)
    session.refresh_from_db()
    assert session.status == SpecialistSession.Status.HELD


def _accept(page: Page, specialist: Specialist) -> None:
    """By the address in the mail, and with the keyboard of a phone as little as can be."""
    page.goto(link_in_mail(specialist.email))
    expect(page.get_by_role("main")).to_contain_text(EXCERPT)
    assert "相談 花子" not in page.content()
    assert problems(page) == []
    # The proposed time is ticked already.
    page.get_by_label("2026年11月24日（火） 14:00-16:00").first.uncheck()
    page.get_by_role("button", name="引き受ける", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("都合のよい日時")
    assert problems(page) == []
    page.get_by_label("2026年11月24日（火） 14:00-16:00").first.check()
    page.get_by_label("センターへのひとこと").fill("よろしくお願いします。")
    page.get_by_role("button", name="引き受ける", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("引き受けていただいた相談")
    assert problems(page) == []


def _tell(page: Page) -> None:
    token = urlsplit(page.url).path
    page.reload()
    assert problems(page) == []
    page.get_by_label("結果").select_option("advised")
    page.get_by_role("textbox", name="その後のようす").fill("帳簿のつけ方を話しました。")
    page.get_by_role("button", name="結果を送る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("お答えを受け取りました")
    assert not re.search(r"/answer/[\w-]{20,}", page.url)
    page.goto(token)
    expect(page.get_by_role("heading", level=1)).to_have_text("この回答ページは開けません")
    assert problems(page) == []


def test_a_specialist_declines_and_staff_choose_again(
    open_page: Open, coordinator: User, session: SpecialistSession, specialist: Specialist
) -> None:
    staff = open_page(user=coordinator)
    staff.goto(f"/admin/consultations/specialistsession/{session.pk}/page/")
    staff.get_by_label("日時は、返事のときに聞く").check()
    staff.get_by_role("button", name="この専門家に頼む").click()
    page = open_page()
    page.goto(link_in_mail(specialist.email))
    page.get_by_label("引き受けられない理由").fill("今月は出張が続きます。")
    page.get_by_role("button", name="引き受けられないと答える").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("お答えを受け取りました")

    staff.reload()
    expect(staff.get_by_role("heading", name="専門家を選ぶ")).to_be_visible()
    assert Referral.objects.get().status == Referral.Status.DECLINED


def test_free_times_are_added_many_at_once(
    open_page: Open, size: dict[str, int], coordinator: User, specialist: Specialist
) -> None:
    page = open_page(size, user=coordinator)
    page.goto(f"/admin/consultations/specialist/{specialist.pk}/slots/")
    assert problems(page) == []
    page.get_by_label("開始").fill("14:00")
    page.get_by_label("終了").fill("16:00")
    page.get_by_role("button", name="日にちを確かめる").click()
    expect(page.get_by_role("heading", name="加える空き時間：3件")).to_be_visible()
    assert problems(page) == []
    page.get_by_label("2026年12月8日（火） 14:00-16:00").uncheck()
    page.get_by_role("button", name="選んだ日時を加える").click()
    expect(page.get_by_text("空き時間を2件加えました。")).to_be_visible()

    added = SpecialistSlot.objects.filter(begins_at__gt=clock.at(TALK, time(0)) + timedelta(days=1))
    assert added.count() == 2
