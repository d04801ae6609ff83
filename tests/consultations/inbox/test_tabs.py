"""Each tab of the inbox holds exactly what its name says, and its count says the same."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from consultations.models import Consultation, Referral
from consultations.queries.clocks import Clocks, Urgency
from consultations.queries.inbox import Tab
from kyodo import clock
from tests.consultations.inbox.conftest import INBOX, NOW, counts, lines
from tests.counting import query_count
from tests.factories.accounts import UserFactory
from tests.factories.centre import WardCentreFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory, ReferralFactory
from tests.factories.spaces import yokohama_spaces

TODAY = NOW.date()
WaitingFor = Consultation.WaitingFor


def at(day: int, hour: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=clock.TOKYO)


@pytest.fixture
def stock(coordinator: User) -> dict[str, Consultation]:
    """One of each kind, by a name that says what it is."""
    due: dict[str, Any] = {"due_at": at(27)}
    return {
        "new": ConsultationFactory(**due),
        "mine": ConsultationFactory(in_progress=True, assignee=coordinator, **due),
        "overdue": ConsultationFactory(in_progress=True, due_at=at(17)),
        "this_week": ConsultationFactory(in_progress=True, due_at=at(20)),
        "sunday": ConsultationFactory(in_progress=True, due_at=at(22, 17)),
        "monday": ConsultationFactory(in_progress=True, due_at=at(23, 17)),
        "waits_person": ConsultationFactory(waiting=True),
        "waits_partner": ConsultationFactory(waiting=True, waiting_for=WaitingFor.PARTNER),
        "message": ConsultationFactory(in_progress=True, unanswered_since=NOW, **due),
        "ask_today": ConsultationFactory(closed=True, follow_up_on=TODAY),
        "ask_later": ConsultationFactory(closed=True, follow_up_on=TODAY + timedelta(days=1)),
        "reopening": ConsultationFactory(closed=True, reopening_asked_at=NOW, unanswered_since=NOW),
        "closed": ConsultationFactory(closed=True, assignee=coordinator),
    }


EXPECTED = {
    Tab.NEW: {"new"},
    Tab.MINE: {"mine"},
    Tab.OVERDUE: {"overdue"},
    Tab.WEEK: {"this_week", "sunday"},
    Tab.MESSAGES: {"message", "reopening"},
    Tab.REOPENING: {"reopening"},
    Tab.FOLLOW_UP: {"ask_today"},
    Tab.PERSON: {"waits_person"},
    Tab.PARTNER: {"waits_partner"},
    Tab.ALL: {
        "new",
        "mine",
        "overdue",
        "this_week",
        "sunday",
        "monday",
        "waits_person",
        "waits_partner",
        "message",
    },
}


def test_each_tab_holds_what_it_says_and_counts_it(staff: Client, stock: dict[str, Consultation]) -> None:
    names = {consultation.pk: name for name, consultation in stock.items()}

    found = {tab: {names[one.pk] for one in lines(staff, tab)} for tab in EXPECTED}
    counted = counts(staff)

    assert found == EXPECTED
    assert {tab: counted[tab] for tab in EXPECTED} == {tab: len(names) for tab, names in EXPECTED.items()}


def test_the_due_come_first_and_those_without_a_date_last(
    staff: Client, stock: dict[str, Consultation]
) -> None:
    shown = lines(staff, Tab.ALL)

    assert shown[0] == stock["overdue"]
    assert {shown[-1], shown[-2]} == {stock["waits_person"], stock["waits_partner"]}


def test_the_order_can_be_changed_and_stays(staff: Client) -> None:
    old = ConsultationFactory(received_at=NOW - timedelta(days=9))
    young = ConsultationFactory(received_at=NOW - timedelta(days=1))

    assert lines(staff, Tab.NEW, sort="newest") == [young, old]
    assert lines(staff, Tab.NEW) == [young, old]
    assert lines(staff, Tab.NEW, sort="oldest") == [old, young]


def test_referrals_to_the_centre_stand_in_a_tab_of_their_own(staff: Client) -> None:
    ward_centre = WardCentreFactory()
    theirs = ConsultationFactory(in_progress=True, ward_centre=ward_centre, subject="中身は秘密の件")
    sent = ReferralFactory(to_centre=True, consultation=theirs, summary="場所を探している人")
    ReferralFactory(to_centre=True, status=Referral.Status.WITHDRAWN, consultation__ward_centre=ward_centre)
    ReferralFactory()  # sent by the centre

    response = staff.get(INBOX, {"tab": "referrals"})

    assert [row.referral for row in response.context["inbox"].referrals] == [sent]
    assert counts(staff)["referrals"] == 1
    page = response.content.decode()
    assert "場所を探している人" in page
    assert "中身は秘密の件" not in page
    assert lines(staff, Tab.ALL) == [
        Referral.objects.exclude(pk=sent.pk).get(to_kind=Referral.To.WARD_CENTRE).consultation
    ]


def test_nothing_of_another_office_or_kept_from_oneself_is_seen_or_counted(
    staff: Client, coordinator: User
) -> None:
    asks_everything = {"unanswered_since": NOW, "follow_up_on": TODAY, "due_at": at(17)}
    ConsultationFactory(ward_centre=WardCentreFactory(), subject="よその区の件", **asks_everything)
    kept = ConsultationFactory(subject="親族の件", **asks_everything)
    LockOutFactory(consultation=kept, user=coordinator)
    hidden = ReferralFactory(
        to_centre=True, consultation__ward_centre=WardCentreFactory(), summary="親族の紹介"
    )
    LockOutFactory(consultation=hidden.consultation, user=coordinator)

    assert set(counts(staff).values()) == {0}
    for tab in Tab:
        page = staff.get(INBOX, {"tab": str(tab)}).content.decode()
        assert "よその区の件" not in page
        assert "親族" not in page
    staff.post(INBOX, {"words": "親族の件"})
    assert lines(staff, Tab.ALL) == []


def test_load_of_colleagues_counts_nothing_one_is_kept_out_of(staff: Client, coordinator: User) -> None:
    colleague = UserFactory(coordinator=True, name="同僚 花子")
    seen = ConsultationFactory(in_progress=True, assignee=colleague)
    LockOutFactory(consultation=ConsultationFactory(in_progress=True, assignee=colleague), user=coordinator)

    page = staff.get(INBOX, {"tab": "all"})

    assert lines(staff, Tab.ALL) == [seen]
    assert "同僚 花子（対応中1件）" in page.content.decode()


@pytest.mark.parametrize(
    ("due_at", "text", "urgency"),
    [
        (at(17), "1日超過", Urgency.OVER),
        (at(16), "2日超過", Urgency.OVER),
        (at(18, 9), "期限を過ぎました", Urgency.OVER),
        (at(18), "今日まで", Urgency.TODAY),
        (at(19), "期限まで1日", Urgency.SOON),
        (at(20), "期限まで2日", Urgency.SOON),
        (at(24), "期限まで6日", Urgency.LATER),
    ],
)
def test_age_is_said_in_working_days(due_at: datetime, text: str, urgency: Urgency) -> None:
    consultation = ConsultationFactory(in_progress=True, due_at=due_at)

    due = Clocks([consultation]).due(consultation)

    assert (due.text, due.urgency) == (text, urgency)


def test_who_waits_is_said_instead_of_a_date() -> None:
    person = ConsultationFactory(waiting=True)
    partner = ConsultationFactory(waiting=True, waiting_for=WaitingFor.PARTNER)

    clocks = Clocks([person, partner])

    assert [clocks.due(one).text for one in (person, partner)] == ["相談者の返事待ち", "ほかの機関の返事待ち"]


def test_what_is_very_old_is_counted_as_far_as_the_calendar_goes() -> None:
    old = ConsultationFactory(received_at=NOW - timedelta(days=900), due_at=NOW - timedelta(days=800))

    clocks = Clocks([old])

    assert clocks.age(old).endswith("日以上前")
    assert clocks.due(old).urgency == Urgency.OVER


def test_the_page_asks_as_many_questions_for_three_as_for_one(staff: Client) -> None:
    ConsultationFactory(in_progress=True)
    one = query_count(staff, f"{INBOX}?tab=all")
    for _ in range(2):
        ConsultationFactory(in_progress=True).tags.create(name=f"タグ{_}")

    assert query_count(staff, f"{INBOX}?tab=all") == one <= 20


def test_the_tab_of_referrals_asks_as_many_for_three_as_for_one(staff: Client) -> None:
    ReferralFactory(to_centre=True, consultation__ward_centre=WardCentreFactory())
    one = query_count(staff, f"{INBOX}?tab=referrals")
    for _ in range(2):
        ReferralFactory(to_centre=True, consultation__ward_centre=WardCentreFactory())

    assert query_count(staff, f"{INBOX}?tab=referrals") == one <= 20


def test_the_first_screen_leads_to_the_tabs(staff: Client, stock: dict[str, Consultation]) -> None:
    yokohama_spaces()

    page = staff.get("/admin/").content.decode()

    assert f'{INBOX}?tab=overdue">期限切れ <strong>1件' in page
    assert "届いた紹介" not in page


def test_every_page_of_staff_leads_to_the_inbox(staff: Client) -> None:
    for address in ("/admin/", "/admin/spaces/booking/", "/admin/accounts/group/", INBOX):
        assert f'href="{INBOX}"' in staff.get(address).content.decode()


def test_pages_turn(staff: Client) -> None:
    for _ in range(51):
        ConsultationFactory()

    assert len(lines(staff, Tab.NEW)) == 50
    assert len(lines(staff, Tab.NEW, page="2")) == 1
    assert len(lines(staff, Tab.NEW, page="ninety")) == 50


@pytest.mark.parametrize(
    "query", ["tab=nothing", "sort=nothing", "page=-1", "tab=", "page=9999999999999999999"]
)
def test_nonsense_in_the_address_shows_the_inbox(staff: Client, query: str) -> None:
    assert staff.get(f"{INBOX}?{query}").status_code == 200


def test_week_ends_on_sunday(staff: Client) -> None:
    ConsultationFactory(due_at=clock.at(date(2026, 11, 22), NOW.time().replace(hour=17)))

    assert len(lines(staff, Tab.WEEK)) == 1


def test_a_line_says_who_asks(staff: Client) -> None:
    ConsultationFactory(contact__name="相談 花子", contact__organisation="みどりの会")
    ConsultationFactory(contact__name="", contact__organisation="")

    rows = staff.get(INBOX, {"tab": "new"}).context["inbox"].rows

    assert {row.asker for row in rows} == {"みどりの会・相談 花子", "お名前なし"}
