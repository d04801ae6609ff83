"""The page of one consultation: what it shows, to whom, and what reading it leaves behind."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.emails import people
from consultations.models import Access, Attachment, Consultation, Entry, Reading
from kyodo import clock
from tests.consultations.page.pages import PAGES, STEPS, address, html
from tests.counting import query_count
from tests.factories.accounts import GroupFactory
from tests.factories.consultations import (
    ConsultationFactory,
    EntryFactory,
    LockOutFactory,
    ReferralFactory,
)

pytestmark = pytest.mark.django_db
WORDS = ("子ども食堂を始めたい", "自宅の近くで", "相談 花子", "045-123-4567", "そうだん はなこ")


def file_of(consultation: Consultation, entry: Entry | None = None) -> Attachment:
    return Attachment.objects.create(
        consultation=consultation,
        entry=entry,
        file=ContentFile(b"%PDF-1.4", "plan.pdf"),
        name="計画.pdf",
        content_type="application/pdf",
        size=8,
    )


def test_the_office_in_hand_sees_question_contact_and_all_that_was_written(
    client: Client, coordinator: User
) -> None:
    consultation = ConsultationFactory()
    EntryFactory(consultation=consultation, text="区の担当に電話した。")
    client.force_login(coordinator)

    page = html(client.get(address(consultation)))

    for words in (*WORDS, "区の担当に電話した。"):
        assert words in page


def test_the_step_that_closes_says_that_the_person_reads_its_text(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)

    page = html(client.get(address(ConsultationFactory(in_progress=True, assignee=coordinator))))

    assert "結果の説明（相談者も読みます）" in page


@pytest.mark.parametrize("status", ["sent", "done"])
def test_an_office_that_only_follows_sees_summary_status_and_outcome(
    status: str, client: Client, coordinator: User, ward_officer: User
) -> None:
    consultation = ConsultationFactory(
        ward_centre=ward_officer.ward_centre, closed=True, outcome_text="区の中で解決した。"
    )
    EntryFactory(consultation=consultation, text="区の中だけのメモ。", by=ward_officer)
    finished = {"finished_at": consultation.closed_at, "outcome": "answered"} if status == "done" else {}
    ReferralFactory(
        consultation=consultation, to_centre=True, status=status, sent_by=ward_officer, **finished
    )
    client.force_login(coordinator)

    page = html(client.get(address(consultation)))

    assert "子ども食堂を始めたい人。場所の探し方を知りたい。" in page
    assert ("区の中で解決した。" in page) == (status == "done")
    for words in (
        "自宅の近くで",
        "子ども食堂を始めたい</",
        "相談 花子",
        "045-123",
        "そうだん",
        "asker",
        "区の中だけのメモ。",
    ):
        assert words not in page


def test_an_office_that_only_follows_presses_nothing(
    client: Client, coordinator: User, ward_officer: User
) -> None:
    consultation = ConsultationFactory(ward_centre=ward_officer.ward_centre)
    ReferralFactory(consultation=consultation, to_centre=True, sent_by=ward_officer)
    client.force_login(coordinator)

    for step, typed in STEPS.items():
        typed = {"version": 1, **typed}
        assert client.post(address(consultation, step), typed).status_code in (403, 404), step
    for page in PAGES[1:]:
        assert client.get(address(consultation, page)).status_code in (403, 404), page


def test_an_office_that_accepted_reads_but_does_not_press(
    client: Client, coordinator: User, ward_officer: User
) -> None:
    consultation = ConsultationFactory(ward_centre=ward_officer.ward_centre)
    EntryFactory(consultation=consultation, text="区の中だけのメモ。", by=ward_officer)
    EntryFactory(consultation=consultation, text="電話で場所を話した。", by=ward_officer, kind="talk")
    ReferralFactory(consultation=consultation, to_centre=True, status="accepted", sent_by=ward_officer)
    client.force_login(coordinator)

    page = html(client.get(address(consultation)))

    assert consultation.accesses.get(ward_centre=None).level == Access.Level.FULL
    assert "自宅の近くで" in page
    assert "電話で場所を話した。" in page
    assert "区の中だけのメモ。" not in page
    for step, typed in STEPS.items():
        if step != "presence":
            posted = client.post(address(consultation, step), {"version": 1, **typed})
            assert posted.status_code in (403, 404), step


def test_one_of_another_office_is_not_there(client: Client, manager: User, ward_officer: User) -> None:
    consultation = ConsultationFactory(ward_centre=ward_officer.ward_centre)
    client.force_login(manager)

    for page in PAGES:
        assert client.get(address(consultation, page)).status_code == 404, page
    for step, typed in STEPS.items():
        assert client.post(address(consultation, step), {"version": 1, **typed}).status_code == 404, step


def test_somebody_kept_out_finds_it_nowhere(client: Client, manager: User) -> None:
    consultation = ConsultationFactory(in_progress=True)
    file = file_of(consultation)
    LockOutFactory(consultation=consultation, user=manager)
    client.force_login(manager)

    for page in PAGES:
        assert client.get(address(consultation, page)).status_code == 404, page
    for step, typed in STEPS.items():
        assert client.post(address(consultation, step), {"version": 1, **typed}).status_code == 404, step
    assert client.get(reverse("admin:consultations_attachment", args=[file.pk])).status_code == 404


@pytest.mark.parametrize("page", [page for page in PAGES if page not in ("reply_preview", "readings")])
def test_each_page_is_written_down_once(page: str, client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    assert client.get(address(consultation, page)).status_code == 200

    reading = Reading.objects.get()
    assert (reading.consultation, reading.by, reading.what) == (consultation, coordinator, "page")


def test_a_file_is_written_down_each_time_and_comes_as_a_download(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    file = file_of(consultation, EntryFactory(consultation=consultation))
    client.force_login(coordinator)

    for _time in range(2):
        response = client.get(reverse("admin:consultations_attachment", args=[file.pk]))
        b"".join(response.streaming_content)  # type: ignore[attr-defined]

    assert response.headers["Content-Disposition"].startswith("attachment")
    assert list(Reading.objects.values_list("what", flat=True)) == ["file", "file"]


def test_the_log_is_for_managers(client: Client, manager: User, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    client.get(address(consultation))

    assert client.get(address(consultation, "readings")).status_code == 403

    client.force_login(manager)
    assert "調整 職員" in html(client.get(address(consultation, "readings")))


def test_how_not_to_reach_somebody_is_said_in_words(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory(contact__may_phone=False, contact__may_mail=False)
    client.force_login(coordinator)

    page = html(client.get(address(consultation)))

    assert "電話をしないでください" in page
    assert "メールを送らないでください" in page
    assert 'href="tel:' not in page


def test_other_consultations_of_the_same_person_stand_beside_it_with_the_reason(
    client: Client, coordinator: User, citizen: User
) -> None:
    group = GroupFactory()
    consultation = ConsultationFactory(
        person=citizen, group=group, contact__email="Same@example.jp", contact__phone_digits="0459999999"
    )
    ConsultationFactory(subject="同じ人の前の相談", person=citizen, contact__phone_digits="1")
    ConsultationFactory(subject="同じ団体の相談", group=group, contact__phone_digits="2")
    ConsultationFactory(
        subject="アドレスが同じ相談", contact__email="same@example.jp", contact__phone_digits="3"
    )
    ConsultationFactory(subject="電話が同じ相談", contact__phone_digits="0459999999")
    hidden = ConsultationFactory(subject="見えない相談", person=citizen)
    LockOutFactory(consultation=hidden, user=coordinator)
    ConsultationFactory(subject="かかわりのない相談", contact__phone_digits="4")
    client.force_login(coordinator)

    page = html(client.get(address(consultation)))

    for words in ("同じ人の前の相談", "同じ団体の相談", "アドレスが同じ相談", "電話が同じ相談"):
        assert words in page
    assert "見えない相談" not in page
    assert "かかわりのない相談" not in page


def test_similar_closed_ones_are_named_only_where_they_may_be_read(
    client: Client, coordinator: User, ward_officer: User
) -> None:
    consultation = ConsultationFactory(contact__phone_digits="1")
    ConsultationFactory(closed=True, subject="子ども食堂の場所", contact__phone_digits="2")
    ConsultationFactory(
        closed=True,
        subject="区の子ども食堂",
        ward_centre=ward_officer.ward_centre,
        contact__phone_digits="3",
    )
    client.force_login(coordinator)

    page = html(client.get(address(consultation, "similar")))

    assert address(consultation, "similar") in html(client.get(address(consultation)))
    assert "子ども食堂の場所" in page
    assert "ことばが同じ：子ども食堂" in page
    assert "区の子ども食堂" not in page


@pytest.mark.parametrize(
    "facts",
    [
        {"assigned": True},
        {"waiting": True},
        {"closed": True, "reopening_asked_at": clock.now()},
        {"closed": True, "anonymised_at": clock.now(), "subject": "", "text": "", "outcome_text": ""},
        {"due_at": clock.now() - timedelta(days=3), "unanswered_since": clock.now()},
        {"contact__email": "", "contact__phone": "", "contact__phone_digits": "", "contact__name": ""},
    ],
)
def test_the_page_stands_in_every_state(facts: dict[str, Any], client: Client, manager: User) -> None:
    consultation = ConsultationFactory(**facts)
    client.force_login(manager)

    for page in PAGES:
        assert client.get(address(consultation, page)).status_code in (200, 302), page


def test_the_code_of_the_persons_page_is_no_news(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    people.received(consultation)
    people.page_code(consultation, "908172")
    client.force_login(coordinator)

    page = html(client.get(address(consultation)))

    assert "【相談受付】" in page
    assert "確認コード" not in page
    assert "908172" not in page


def test_the_page_asks_the_same_however_long_the_story(client: Client, manager: User) -> None:
    group = GroupFactory()
    short, long = (ConsultationFactory(in_progress=True, group=group) for _one in range(2))
    for consultation, times in ((short, 1), (long, 3)):
        for _one in range(times):
            file_of(consultation, EntryFactory(consultation=consultation))
            ReferralFactory(consultation=consultation)
            ConsultationFactory(duplicate_of=consultation, closed=True, outcome="duplicate")
    client.force_login(manager)

    assert query_count(client, address(short)) == query_count(client, address(long)) <= 20


def test_a_long_story_is_cut_and_shown_whole_on_request(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    for number in range(62):
        EntryFactory(consultation=consultation, by=coordinator, text=f"{number}番目のメモ")
    client.force_login(coordinator)

    cut, whole = (html(client.get(address(consultation) + tail)) for tail in ("", "?all=1"))

    assert "61番目のメモ" in cut
    assert ">0番目のメモ" not in cut
    assert ">0番目のメモ" in whole
