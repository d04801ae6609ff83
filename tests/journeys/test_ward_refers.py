"""A ward centre writes down what somebody asked, asks the centre for help, and learns what became of it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from consultations.models import Consultation, Referral
from kyodo import clock
from kyodo.centre.models import WardCentre
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.consultations import (
    ConsultationFactory,
    EntryFactory,
    MaterialFactory,
    ReferralFactory,
)
from tests.journeys.conftest import Open
from tests.journeys.looking import problems
from tests.journeys.test_every_page import walk

SUMMARY = "川辺の掃除を始めたいグループ。保険と道具の借り方を知りたい。"


@pytest.fixture
def officer(site: str) -> User:
    centre = WardCentre.objects.order_by("pk").first()
    return UserFactory(name="区の 担当", role=User.Role.WARD, ward_centre=centre)


@pytest.fixture
def looked(request: pytest.FixtureRequest) -> Callable[[Page], None]:
    """Every stop of the way is looked at, not only the first page."""

    def look(page: Page) -> None:
        assert problems(page) == [], page.url

    return look


def test_a_ward_centre_refers_and_sees_the_outcome(
    open_page: Open,
    size: dict[str, int],
    officer: User,
    coordinator: User,
    looked: Callable[[Page], None],
) -> None:
    ward = open_page(size, user=officer)
    ward.goto("/ward/")
    looked(ward)

    # Somebody came to the ward centre.
    ward.get_by_role("link", name="受けた相談を記録する").click()
    looked(ward)
    ward.get_by_role("region", name="だれから").get_by_label("お名前").fill("桐谷 守")
    ward.get_by_label("相談の種類").select_option(label="活動を始めたい")
    ward.get_by_label("相談の内容").fill("川辺の掃除を始めたい。保険はどうすればよいか。")
    ward.get_by_role("button", name="記録する").last.click()
    expect(ward.get_by_text("記録しました。", exact=False)).to_be_visible()
    looked(ward)
    consultation = Consultation.objects.get()
    assert consultation.ward_centre == officer.ward_centre

    # The ward centre asks the centre, and sees before what leaves.
    ward.get_by_role("link", name="紹介する", exact=True).click()
    looked(ward)
    ward.get_by_label("紹介：", exact=False).check()
    ward.get_by_label("送り先").select_option(value="centre")
    ward.get_by_label("要約").fill(SUMMARY)
    ward.get_by_label("本人に確かめた").check()
    ward.get_by_label("同意の内容").fill("センターへ相談の内容を伝えること")
    ward.get_by_role("button", name="送る前に確かめる").click()
    expect(ward.get_by_role("heading", name="この内容で送りますか")).to_be_visible()
    looked(ward)
    assert not Referral.objects.exists()
    ward.get_by_role("button", name="送る", exact=True).click()
    expect(ward.get_by_text("に送りました。", exact=False)).to_be_visible()
    looked(ward)

    # The centre reads the summary, accepts, and tells what became of it.
    mail = OutgoingMail.objects.get(kind="consultations/referral_sent")
    assert "桐谷" not in mail.subject + mail.body
    assert "川辺" not in mail.subject + mail.body
    referral = Referral.objects.get()
    centre = open_page(size, user=coordinator)
    centre.goto(f"/admin/consultations/referral/{referral.pk}/page/")
    looked(centre)
    expect(centre.get_by_text(SUMMARY)).to_be_visible()
    expect(centre.get_by_text("桐谷 守")).to_have_count(0)
    centre.get_by_role("button", name="引き受ける").click()
    expect(centre.get_by_text("引き受けました。", exact=False)).to_be_visible()
    looked(centre)
    centre.get_by_label("結果").select_option(label="情報を伝えて終わった")
    centre.get_by_label("その後のようす").fill("保険の窓口と道具の貸し出しを伝えました。")
    centre.get_by_role("button", name="その後を伝えて終わりにする").click()
    expect(centre.get_by_text("その後のようすを、送った窓口にお知らせしました。")).to_be_visible()

    # The ward centre sees it at its desk.
    ward.goto("/ward/")
    looked(ward)
    back = ward.get_by_role("region", name="送った相談の、その後")
    expect(back).to_contain_text("情報を伝えて終わった")
    back.get_by_role("link", name="への紹介", exact=False).click()
    expect(ward.get_by_text("保険の窓口と道具の貸し出しを伝えました。")).to_be_visible()
    looked(ward)


def test_every_page_of_the_desk_and_of_referrals_looks_right(
    open_page: Open, officer: User, manager: User, coordinator: User
) -> None:
    office = officer.ward_centre
    own = ConsultationFactory(
        ward_centre=office, in_progress=True, assignee=officer, unanswered_since=clock.now()
    )
    EntryFactory(consultation=own, by=officer)
    sent = ReferralFactory(consultation=own, to_centre=True, sent_by=officer)
    at_the_centre = {"in_progress": True, "assignee": coordinator}
    asked = ReferralFactory(consultation=ConsultationFactory(**at_the_centre), to_ward_centre=office)
    joint = ReferralFactory(
        consultation=ConsultationFactory(**at_the_centre), to_ward_centre=office, kind=Referral.Kind.JOIN
    )
    passed_on = ReferralFactory(
        consultation=ConsultationFactory(closed=True),
        from_ward_centre=office,
        to_centre=True,
        kind=Referral.Kind.TRANSFER,
        status=Referral.Status.DONE,
        outcome="passed_on",
        answered_at=clock.now(),
        finished_at=clock.now(),
        sent_by=officer,
    )
    meeting = MaterialFactory().meeting
    of_own = f"/ward/consultations/{own.reference}/"

    desk = open_page(user=officer)
    wrong = walk(
        desk,
        [
            "/ward/consultations/?when=all",
            *(
                of_own + step
                for step in ("", "reply/", "talk/", "note/", "wait/", "close/", "assign/", "refer/")
            ),
            f"/ward/consultations/{passed_on.consultation.reference}/",
            *(f"/ward/referrals/{one.pk}/" for one in (asked, joint, passed_on)),
            "/ward/referrals/",
            "/ward/statistics/",
            "/ward/meetings/",
        ],
    )
    admin = open_page(user=manager)
    wrong += walk(
        admin,
        [
            "/admin/consultations/referral/",
            *(f"/admin/consultations/referral/{one.pk}/page/" for one in (sent, joint)),
            f"/admin/consultations/referral/send/{ConsultationFactory(**at_the_centre).pk}/",
            "/admin/consultations/networkmeeting/",
            f"/admin/consultations/networkmeeting/{meeting.pk}/change/",
            "/admin/consultations/networkmeeting/network/",
        ],
    )

    assert wrong == []
