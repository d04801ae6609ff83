"""What whoever asked sees and does on their own page."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import entries, links
from consultations.models import Consultation, Entry, Reading, Referral, SpecialistSession
from consultations.queries.standing import standing_of
from kyodo import clock
from tests.counting import query_count
from tests.factories.consultations import (
    AttachmentFactory,
    ConsultationFactory,
    EntryFactory,
    ReferralFactory,
    SpecialistFactory,
)
from tests.scanner import INFECTED_PDF, Scanner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
PDF = b"%PDF-1.7\n%..."


@pytest.fixture
def asker(client: Client, citizen: User) -> User:
    client.force_login(citizen)
    return citizen


def show(client: Client, consultation: Consultation) -> str:
    answer = client.get(reverse("consultation", args=[consultation.reference]))
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, name: str, consultation: Consultation, **typed: object) -> Any:
    return client.post(reverse(f"consultation_{name}", args=[consultation.reference]), typed)


def reply(consultation: Consultation, text: str, **facts: object) -> Entry:
    return EntryFactory(consultation=consultation, kind=Entry.Kind.REPLY, text=text, **facts)


def test_the_page_shows_what_was_asked_and_said_and_no_note(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker, in_progress=True)
    reply(asked, "場所は区役所でも探せます。")
    EntryFactory(consultation=asked, text="家族の事情あり。要注意。")
    EntryFactory(consultation=asked, kind=Entry.Kind.TALK, text="電話で長く話した。")
    EntryFactory(consultation=asked, kind=Entry.Kind.PARTNER, text="社協に聞いた。")

    page = show(client, asked)

    assert asked.text in page
    assert "場所は区役所でも探せます。" in page
    for inside in ("要注意", "長く話した", "社協に聞いた", asked.contact.phone, asked.contact.email):
        assert inside not in page
    assert asked.assignee is not None
    assert asked.assignee.name not in page


def test_no_page_of_it_is_kept_or_found(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker)

    for response in (
        client.get(reverse("consultation", args=[asked.reference])),
        client.get(reverse("consultation_withdraw", args=[asked.reference])),
        Client().get(reverse("consultation", args=[asked.reference])),
    ):
        assert "no-store" in response["Cache-Control"]
        assert response["X-Robots-Tag"] == "noindex"


def test_a_look_writes_one_row_of_the_read_log(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker)

    show(client, asked)

    row = Reading.objects.get()
    assert (row.consultation, row.what, row.reader, row.by) == (asked, "page", "account", asker)


def test_a_page_with_more_on_it_asks_no_more_queries(client: Client, asker: User) -> None:
    little, much = ConsultationFactory(person=asker), ConsultationFactory(person=asker)
    for asked, count in ((little, 1), (much, 3)):
        for _ in range(count):
            AttachmentFactory(consultation=asked)
            AttachmentFactory(consultation=asked, entry=reply(asked, "返事"))
            asked.wished_times.create(rank=asked.wished_times.count() + 1, begins_at=clock.now())

    counts = [query_count(client, reverse("consultation", args=[one.reference])) for one in (little, much)]

    assert counts[0] == counts[1] <= 20


# ── Where it stands, in plain words ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("facts", "title"),
    [
        ({}, "相談を受け付けました"),
        ({"assigned": True}, "担当が決まりました"),
        ({"in_progress": True, "first_answered_at": "now"}, "担当が対応しています"),
        (
            {"in_progress": True, "first_answered_at": "now", "unanswered_since": "now"},
            "メッセージを受け取りました",
        ),
        ({"in_progress": True, "due_at": "past"}, "お返事が遅れています"),
        ({"waiting": True}, "あなたのお返事を待っています"),
        ({"waiting": True, "waiting_for": "partner"}, "ほかの窓口に確かめています"),
        ({"closed": True}, "相談は終わりました"),
        ({"closed": True, "outcome": "withdrawn"}, "取り下げました"),
        ({"closed": True, "outcome": "duplicate"}, "ほかの受付番号とまとめました"),
        ({"closed": True, "reopening_asked_at": "now"}, "もう一度、確かめています"),
    ],
)
def test_each_state_has_words_of_its_own(
    client: Client, asker: User, facts: dict[str, Any], title: str
) -> None:
    moments = {"now": clock.now(), "past": clock.now() - timedelta(hours=1)}
    asked = ConsultationFactory(
        person=asker, **{name: moments.get(str(value), value) for name, value in facts.items()}
    )

    assert standing_of(asked).title == title
    assert title in show(client, asked)


def test_a_referral_is_told_where_the_person_agreed(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker, in_progress=True)
    agreed = ReferralFactory(consultation=asked)
    ReferralFactory(
        consultation=asked,
        is_without_consent=True,
        consented_on=None,
        consent_by=None,
        to_name="危機対応の窓口",
    )

    page = show(client, asked)

    assert f"{agreed.to_name}に相談しています" in page
    assert "危機対応の窓口" not in page
    assert agreed.summary not in page


def test_times_that_are_fixed_stand_on_the_page(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker, in_progress=True)
    begins = clock.now() + timedelta(days=2)
    SpecialistSession.objects.create(
        consultation=asked,
        profession="lawyer",
        status="fixed",
        specialist=SpecialistFactory(profession="lawyer"),
        begins_at=begins,
        ends_at=begins + timedelta(hours=1),
        way="on_site",
        place="協働ラボ",
    )
    joined = ReferralFactory(
        consultation=asked, kind=Referral.Kind.JOIN, status="accepted", meets_at=begins + timedelta(days=1)
    )

    page = show(client, asked)

    assert "弁護士との相談" in page
    assert "2026年11月18日（水） 10:00-11:00" in page
    assert "協働ラボ" in page
    assert f"{joined.to_name}も同席する相談" in page


def test_a_closed_one_shows_its_outcome(client: Client, asker: User) -> None:
    page = show(client, ConsultationFactory(person=asker, closed=True))

    assert "助成金の窓口を伝えました。" in page
    assert "続けてほしい" in page


# ── Writing on ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_person_writes_on_and_adds_papers(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker)

    post(client, "write", asked, text="追伸です。", papers=[SimpleUploadedFile("案.pdf", PDF)])

    entry = Entry.objects.get()
    assert (entry.kind, entry.channel, entry.text) == ("message", "web", "追伸です。")
    assert entry.attachments.get().name == "案.pdf"
    asked.refresh_from_db()
    assert asked.unanswered_since is not None
    assert "追伸です。" in show(client, asked)


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "あ" * 3001}, "text"),
        ({"text": "書いたこと", "papers": [SimpleUploadedFile("a.pdf", b"<html></html>")]}, "papers"),
    ],
)
def test_a_message_that_does_not_fit_is_shown_again(
    client: Client, asker: User, typed: dict[str, object], field: str
) -> None:
    asked = ConsultationFactory(person=asker)

    refused = post(client, "write", asked, **typed)

    assert refused.status_code == 422
    assert field in refused.context["form"].errors
    assert str(typed["text"])[:100] in refused.content.decode()
    assert not Entry.objects.exists()
    assert Reading.objects.count() == 1


def test_an_infected_file_is_refused_and_the_message_kept(
    client: Client, asker: User, scanner: Scanner
) -> None:
    asked = ConsultationFactory(person=asker)

    refused = post(
        client, "write", asked, text="追伸です。", papers=[SimpleUploadedFile("a.pdf", INFECTED_PDF)]
    )

    assert refused.context["form"].errors.as_data()["papers"][0].code == "infected"
    assert "追伸です。" in refused.content.decode()
    assert not Entry.objects.exists()


def test_who_may_not_look_may_not_write_and_loses_nothing(client: Client, asker: User) -> None:
    others = ConsultationFactory()

    refused = post(client, "write", others, text="長い時間をかけて書いた文")

    assert refused.status_code == 403
    assert "長い時間をかけて書いた文" in refused.content.decode()
    assert others.text not in refused.content.decode()
    assert not Entry.objects.exists()


# ── Taking back, and asking for more ─────────────────────────────────────────────────────────────────────────────


def test_taking_it_back_asks_first(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker, in_progress=True)

    assert client.get(reverse("consultation_withdraw", args=[asked.reference])).status_code == 200
    asked.refresh_from_db()
    assert asked.is_open
    post(client, "withdraw", asked)
    asked.refresh_from_db()
    assert (asked.status, asked.outcome) == ("closed", "withdrawn")
    assert post(client, "withdraw", asked).status_code == 302


@pytest.mark.parametrize("step", ["withdraw", "reopen", "write"])
def test_nobody_acts_on_what_others_asked(client: Client, asker: User, step: str) -> None:
    others = ConsultationFactory(closed=step == "reopen")

    answer = post(client, step, others, text="")

    others.refresh_from_db()
    assert answer.status_code in (302, 403)
    assert others.version == 1


@pytest.mark.parametrize("words", ["", "まだ困っています。"])
def test_not_solved_asks_for_reopening_and_reopens_nothing(client: Client, asker: User, words: str) -> None:
    asked = ConsultationFactory(person=asker, closed=True)

    post(client, "reopen", asked, text=words)

    asked.refresh_from_db()
    assert asked.status == "closed"
    assert asked.reopening_asked_at is not None
    assert [entry.text for entry in asked.entries.all()] == ([words] if words else [])


def test_an_open_one_is_not_asked_to_reopen(client: Client, asker: User) -> None:
    assert post(client, "reopen", ConsultationFactory(person=asker), text="").status_code == 422


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def file_address(consultation: Consultation, pk: int) -> str:
    return reverse("consultation_attachment", args=[consultation.reference, pk])


def test_a_file_is_a_download_and_is_written_down(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker)
    file = AttachmentFactory(consultation=asked)

    response = client.get(file_address(asked, file.pk))

    assert b"".join(response.streaming_content) == b"%PDF-1.7"  # type: ignore[attr-defined]
    assert response["Content-Disposition"].startswith("attachment")
    assert "no-store" in response["Cache-Control"]
    row = Reading.objects.get()
    assert (row.what, row.by) == ("file", asker)


def test_files_of_notes_and_of_others_are_not_there(client: Client, asker: User) -> None:
    asked, others = ConsultationFactory(person=asker), ConsultationFactory()
    of_note = AttachmentFactory(consultation=asked, entry=EntryFactory(consultation=asked))
    of_others = AttachmentFactory(consultation=others)

    for address in (
        file_address(asked, of_note.pk),
        file_address(asked, of_others.pk),
        file_address(others, of_others.pk),
    ):
        assert client.get(address).status_code == 404
    assert not Reading.objects.exists()


# ── Put together with another ────────────────────────────────────────────────────────────────────────────────────


def test_of_two_people_who_asked_the_same_neither_reads_the_other(
    client: Client, asker: User, coordinator: User
) -> None:
    mine, others = ConsultationFactory(person=asker), ConsultationFactory(person=coordinator)
    reply(others, "ほかの人への返事")
    links.mark_duplicate(consultation=mine, version=1, of=others, by=coordinator)

    post(client, "write", mine, text="わたしの追伸")

    page = show(client, mine)
    assert "わたしの追伸" in page
    assert "ほかの人への返事" not in page
    assert others.reference not in page
    of_others = Entry.objects.on_page_of(others)
    assert [entry.text for entry in of_others] == ["ほかの人への返事"]
    assert "わたしの追伸" in [entry.text for entry in others.entries.all()]


def test_of_two_of_their_own_the_number_is_told(client: Client, asker: User, coordinator: User) -> None:
    one, other = ConsultationFactory(person=asker), ConsultationFactory(person=asker)
    links.mark_duplicate(consultation=one, version=1, of=other, by=coordinator)

    assert other.reference in show(client, one)


def test_after_it_was_erased_the_page_says_so_and_takes_nothing(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker, closed=True)
    Consultation.objects.filter(pk=asked.pk).update(
        anonymised_at=clock.now(), subject="", text="", outcome_text="", next_step=""
    )

    page = show(client, asked)

    assert "消去しました" in page
    assert "<textarea" not in page
    with pytest.raises(Exception, match="操作できません|できません"):
        entries.receive_message(consultation=asked, message="まだいますか")


@pytest.mark.parametrize("words", ["まだ\x00です", "長" * 3001])
def test_words_that_cannot_be_kept_are_refused_where_more_help_is_asked_for(
    client: Client, asker: User, words: str
) -> None:
    consultation = ConsultationFactory(person=asker, closed=True)

    answer = client.post(reverse("consultation_reopen", args=[consultation.reference]), {"text": words})

    assert answer.status_code == 422
    assert not Entry.objects.exists()
    consultation.refresh_from_db()
    assert consultation.reopening_asked_at is None


def test_a_closed_page_has_one_form_that_takes_words_and_papers(client: Client, asker: User) -> None:
    asked = ConsultationFactory(person=asker, closed=True)

    page = show(client, asked)
    assert page.count('<form class="form') == 1
    assert reverse("consultation_reopen", args=[asked.reference]) in page
    answer = post(client, "reopen", asked, text="", papers=[SimpleUploadedFile("計画.pdf", PDF)])

    assert answer.status_code == 302
    asked.refresh_from_db()
    assert asked.reopening_asked_at is not None
    assert [file.name for file in asked.attachments.all()] == ["計画.pdf"]
    assert show(client, asked).count('<form class="form') == 1
