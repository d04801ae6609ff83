"""A ward centre's desk through its pages: what each shows, what each step does, and what stays hidden."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from consultations.actions import entries
from consultations.actions.inbound import receiving
from consultations.models import Consultation, Entry, MeetingMaterial, NetworkMeeting, Reading, Referral
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbound.letters import answer_to
from tests.consultations.ward.conftest import TEXT
from tests.counting import query_count
from tests.factories.consultations import (
    AttachmentFactory,
    ConsultationFactory,
    EntryFactory,
    LockOutFactory,
    MaterialFactory,
    ReferralFactory,
)

pytestmark = pytest.mark.django_db
Status = Referral.Status


@pytest.fixture
def officer(client: Client, ward_officer: User) -> User:
    client.force_login(ward_officer)
    return ward_officer


def of(consultation: Consultation, page: str = "") -> str:
    return f"/ward/consultations/{consultation.reference}/" + (f"{page}/" if page else "")


# ── What is seen ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_desk_names_what_needs_somebody_and_why(client: Client, officer: User, asked: Referral) -> None:
    office = officer.ward_centre
    ConsultationFactory(ward_centre=office, subject="遅れた相談", due_at=clock.now() - timedelta(days=1))
    ConsultationFactory(
        ward_centre=office,
        in_progress=True,
        subject="書いてきた人",
        due_at=clock.now() + timedelta(days=9),
        unanswered_since=clock.now(),
        assignee=officer,
    )
    quiet = ConsultationFactory(
        ward_centre=office,
        in_progress=True,
        subject="静かな相談",
        due_at=clock.now() + timedelta(days=9),
        assignee=officer,
    )

    response = client.get("/ward/")

    reasons = {need.title: {one.words for one in need.reasons} for need in response.context["desk"].needs}
    assert "期限を過ぎています" in reasons["遅れた相談"]
    assert reasons["書いてきた人"] == {"新しいメッセージ"}
    assert any("返事をする" in words for words in reasons.values())
    assert quiet.subject not in reasons
    assert quiet.subject in response.content.decode()


def test_what_lies_elsewhere_stands_on_no_page(
    client: Client, officer: User, elsewhere: Consultation, other_officer: User
) -> None:
    ReferralFactory(consultation=elsewhere, to_centre=True, sent_by=other_officer)
    ConsultationFactory(subject="センターの相談")

    for address in ("/ward/", "/ward/consultations/?when=all", "/ward/referrals/", "/ward/statistics/"):
        page = client.get(address).content.decode()
        for hidden in (elsewhere.subject, elsewhere.reference, "センターの相談"):
            assert hidden not in page, address


def test_a_file_opens_for_its_own_office_under_its_own_reference(
    client: Client, officer: User, own: Consultation, elsewhere: Consultation
) -> None:
    mine = AttachmentFactory(consultation=own)
    theirs = AttachmentFactory(consultation=elsewhere)
    beside = AttachmentFactory(consultation=ConsultationFactory(ward_centre=officer.ward_centre))

    response = client.get(f"{of(own)}files/{mine.pk}/")
    assert response.status_code == 200
    assert b"".join(response.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    for address in (
        f"{of(own)}files/{theirs.pk}/",
        f"{of(elsewhere)}files/{theirs.pk}/",
        f"{of(own)}files/{beside.pk}/",
    ):
        assert client.get(address).status_code == 404
    assert list(Reading.objects.values_list("by", "what")) == [(officer.pk, Reading.What.FILE)]


def test_a_file_of_what_is_only_asked_for_is_not_there(
    client: Client, officer: User, asked: Referral
) -> None:
    file = AttachmentFactory(consultation=asked.consultation)

    assert client.get(f"{of(asked.consultation)}files/{file.pk}/").status_code == 404


def test_somebody_kept_out_finds_nothing(
    client: Client, officer: User, own: Consultation, sent: Referral
) -> None:
    LockOutFactory(consultation=own, user=officer)

    for address in (of(own), of(own, "note"), of(own, "reply"), f"/ward/referrals/{sent.pk}/"):
        assert client.get(address).status_code == 404
    for address in ("/ward/", "/ward/consultations/?when=all", "/ward/referrals/"):
        assert own.reference not in client.get(address).content.decode()


def test_each_look_at_a_consultation_is_written_down_once(
    client: Client, officer: User, own: Consultation
) -> None:
    client.get(of(own))

    reading = Reading.objects.get()
    assert (reading.consultation, reading.by, reading.what) == (own, officer, Reading.What.PAGE)


def test_whoever_only_looks_on_sees_status_and_outcome(
    client: Client, officer: User, coordinator: User
) -> None:
    consultation = ConsultationFactory(
        closed=True, subject="川辺の掃除", text=TEXT, outcome_text="保険に入れた。"
    )
    EntryFactory(consultation=consultation, by=coordinator, text="鈴蘭さんのこと")
    referral = ReferralFactory(
        consultation=consultation,
        from_ward_centre=officer.ward_centre,
        to_centre=True,
        kind=Referral.Kind.TRANSFER,
        status=Status.DONE,
        outcome="passed_on",
        outcome_text="引き継ぎました。",
        answered_at=clock.now(),
        finished_at=clock.now(),
        sent_by=officer,
    )

    for address in (of(consultation), f"/ward/referrals/{referral.pk}/"):
        page = client.get(address).content.decode()
        assert "保険に入れた。" in page
        for hidden in (
            consultation.subject,
            TEXT,
            "鈴蘭",
            "相談 花子",
            consultation.contact.email,
            "045-123",
        ):
            assert hidden not in page, address
    for step in ("note", "talk", "close", "reopen", "assign", "reply", "refer"):
        assert client.get(of(consultation, step)).status_code == 403
        assert client.post(of(consultation, step)).status_code == 403
    assert "情報を伝えて終わった" in client.get("/ward/").content.decode()


@pytest.mark.parametrize("status", [Status.DECLINED, Status.WITHDRAWN, Status.EXPIRED])
def test_after_it_came_to_nothing_the_receiver_reads_nothing(
    status: str, client: Client, officer: User, asked: Referral
) -> None:
    Referral.objects.filter(pk=asked.pk).update(
        status=status, answer_text="担当がいません", answered_at=clock.now()
    )
    asked.consultation.accesses.filter(ward_centre=officer.ward_centre).delete()

    page = client.get(f"/ward/referrals/{asked.pk}/").content.decode()

    assert asked.summary not in page
    assert asked.consent_text not in page
    assert client.get(of(asked.consultation)).status_code == 404


# ── Steps ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_note_is_kept_and_mailed_to_nobody(client: Client, officer: User, own: Consultation) -> None:
    client.post(of(own, "note"), {"note": "家族のことで悩んでいる"})

    assert Entry.objects.get(consultation=own).kind == Entry.Kind.NOTE
    assert not OutgoingMail.objects.exists()


def test_a_stale_step_keeps_both_texts(client: Client, officer: User, own: Consultation) -> None:
    typed = {"version": own.version, "outcome": "answered", "outcome_text": "わたしの結果"}
    client.post(of(own, "wait"), {"version": own.version, "waiting_for": "person"})

    response = client.post(of(own, "close"), typed)

    assert response.status_code == 409
    page = response.content.decode()
    assert "わたしの結果" in page
    assert "返事待ち" in page
    own.refresh_from_db()
    assert own.status == Consultation.Status.WAITING
    again = client.post(of(own, "close"), {**typed, "version": own.version})
    assert again.status_code == 302


def test_a_refused_form_stays_as_stale_as_it_was(client: Client, officer: User, own: Consultation) -> None:
    """Coming back with a mistake it must not forget at which version it was opened."""
    opened_at = own.version
    client.post(of(own, "wait"), {"version": own.version, "waiting_for": "person"})

    refused = client.post(of(own, "close"), {"version": opened_at, "outcome": "", "outcome_text": "結果"})

    assert refused.status_code == 422
    assert f'name="version" value="{opened_at}"' in refused.content.decode()


@pytest.mark.parametrize("name", ["seen", "close"])
def test_a_step_shows_the_message_that_came_after_the_page_it_was_chosen_on(
    name: str, client: Client, officer: User, own: Consultation
) -> None:
    """Both take messages off the desk: the page that led here was opened before this one came."""
    entries.receive_message(consultation=own, message="ありがとうございました。")
    link = re.search(rf'href="([^"]*/{name}/[^"]*)"', client.get(of(own)).content.decode())
    assert link
    assert "もう1つ" not in client.get(link[1]).content.decode()
    entries.receive_message(consultation=own, message="もう1つ、困っていることがあります。")

    page = client.get(link[1]).content.decode()

    own.refresh_from_db()
    assert "もう1つ、困っていることがあります。" in page
    assert f'name="version" value="{own.version}"' in page
    for typed in ("x", "9" * 30, "-1"):
        assert client.get(of(own, name), {"version": typed}).status_code == 200


@pytest.mark.parametrize(
    "name", ["assign", "start", "wait", "close", "reopen", "note", "talk", "no-such-step"]
)
def test_nonsense_is_answered_kindly(name: str, client: Client, officer: User, own: Consultation) -> None:
    response = client.post(of(own, name), {"version": "x" * 30, "to": "nobody", "waiting_for": "\0"})

    assert response.status_code in (302, 404, 409, 422)


# ── Referring ────────────────────────────────────────────────────────────────────────────────────────────────────


def typed(consultation: Consultation, **other: object) -> dict[str, object]:
    return {
        "version": consultation.version,
        "kind": "refer",
        "receiver": "centre",
        "summary": "保険を知りたい人。",
        "consented": "asked",
        "consent_text": "センターへ伝えること",
        "consented_on": clock.today().isoformat(),
        **other,
    }


def test_before_it_leaves_the_page_says_who_gets_what(
    client: Client, officer: User, own: Consultation, coordinator: User
) -> None:
    page = client.post(of(own, "refer"), typed(own))

    assert page.status_code == 200
    assert coordinator.email in page.content.decode()
    assert "職員メモは読めません" in page.content.decode()
    assert not Referral.objects.exists()
    assert not OutgoingMail.objects.exists()

    sent = client.post(of(own, "refer"), typed(own, send="1"))
    assert sent.headers["Location"] == f"/ward/referrals/{Referral.objects.get().pk}/"


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"receiver": "ward-999999"}, "receiver"),
        ({"receiver": "organisation-1"}, "receiver"),
        ({"consented": "override", "reason": "急ぐ"}, "consented"),
        ({"consented": "form"}, "consented"),
        ({"consented_on": "2999-01-01"}, "consented_on"),
        ({"consent_text": " "}, "consent_text"),
        ({"summary": ""}, "summary"),
        ({"kind": "adopt"}, "kind"),
        ({"wish1_0": "2026-11-20", "wish1_1": "14:00"}, "wish1"),
        ({"kind": "join", "wish1_0": "2020-01-01", "wish1_1": "14:00"}, "wish1"),
    ],
)
def test_what_may_not_be_sent_comes_back_beside_its_field(
    other: dict[str, object], field: str, client: Client, officer: User, own: Consultation
) -> None:
    response = client.post(of(own, "refer"), typed(own, send="1", **other))

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Referral.objects.exists()


def test_a_consultation_that_changed_meanwhile_is_not_sent(
    client: Client, officer: User, own: Consultation
) -> None:
    response = client.post(of(own, "refer"), typed(own, send="1", version=own.version + 7))

    assert response.status_code == 409
    assert "保険を知りたい人。" in response.content.decode()
    assert not Referral.objects.exists()


def test_a_step_of_a_referral_belongs_to_it_alone(
    client: Client, officer: User, asked: Referral, elsewhere: Consultation
) -> None:
    other = ReferralFactory(consultation=elsewhere)
    for step in ("accept", "decline", "finish", "withdraw", "meet"):
        assert client.post(f"/ward/referrals/{other.pk}/{step}/").status_code == 404
    assert client.post(f"/ward/referrals/{asked.pk}/no-such-step/").status_code == 404
    assert client.get(f"/ward/referrals/{asked.pk}/accept/").status_code == 302
    other.refresh_from_db()
    assert other.status == Status.SENT


def test_a_sender_who_presses_accept_is_refused(client: Client, officer: User, sent: Referral) -> None:
    assert client.post(f"/ward/referrals/{sent.pk}/accept/").status_code == 403
    sent.refresh_from_db()
    assert sent.status == Status.SENT


def test_the_second_answer_comes_back_as_a_sentence(client: Client, officer: User, asked: Referral) -> None:
    client.post(f"/ward/referrals/{asked.pk}/accept/", {"accept-answer": ""})

    response = client.post(f"/ward/referrals/{asked.pk}/decline/", {"decline-reason": "やはり"})

    assert response.status_code == 422


# ── Numbers and meetings ─────────────────────────────────────────────────────────────────────────────────────────


def test_statistics_count_the_own_office_alone(
    client: Client, officer: User, own: Consultation, sent: Referral, elsewhere: Consultation, asked: Referral
) -> None:
    ConsultationFactory()

    found = client.get("/ward/statistics/").context["found"]

    assert (found.received, found.closed) == (1, 0)
    assert {line.label: line.count for line in found.by_referral} == {"送った紹介": 1, "受けた紹介": 1}
    assert sum(line.received for line in found.months) == 1


def test_what_was_passed_on_stays_in_the_numbers(client: Client, officer: User) -> None:
    ReferralFactory(
        consultation=ConsultationFactory(in_progress=True),
        from_ward_centre=officer.ward_centre,
        to_centre=True,
        kind=Referral.Kind.TRANSFER,
        status=Status.DONE,
        outcome="passed_on",
        finished_at=clock.now(),
        sent_by=officer,
    )

    assert client.get("/ward/statistics/").context["found"].received == 1


@pytest.mark.parametrize("query", ["year=abc&month=99", "year=99999999999999999999", "month=-1", "year=1999"])
def test_a_made_up_period_is_this_year(query: str, client: Client, officer: User) -> None:
    found = client.get(f"/ward/statistics/?{query}").context["found"]

    assert found.period.year == clock.fiscal_year(clock.today())


def test_papers_of_a_meeting_are_for_ward_officers(client: Client, officer: User, citizen: User) -> None:
    material = MaterialFactory()
    address = f"/ward/meetings/{material.meeting_id}/{material.pk}/"

    assert material.name in client.get("/ward/meetings/").content.decode()
    response = client.get(address)
    assert response.headers["Content-Disposition"].startswith("attachment")
    b"".join(response.streaming_content)  # type: ignore[attr-defined]
    assert client.get(f"/ward/meetings/{material.meeting_id + 1}/{material.pk}/").status_code == 404
    client.force_login(citizen)
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    ("content", "is_taken"), [(b"%PDF-1.7 paper", True), (b"<html><script>alert(1)</script>", False)]
)
def test_a_paper_is_judged_by_what_is_in_it(
    content: bytes, is_taken: bool, client: Client, coordinator: User
) -> None:
    client.force_login(coordinator)

    response = client.post(
        "/admin/consultations/networkmeeting/add/",
        {
            "title": "第4回",
            "begins_at": "2026-12-01T10:00",
            "ends_at": "2026-12-01T12:00",
            "place": "会議室",
            "materials-TOTAL_FORMS": "1",
            "materials-INITIAL_FORMS": "0",
            "materials-0-file": SimpleUploadedFile("次第.pdf", content, "application/pdf"),
            "materials-0-name": "",
        },
    )

    assert (response.status_code == 302) is is_taken
    assert NetworkMeeting.objects.exists() is is_taken
    if is_taken:
        material = MeetingMaterial.objects.get()
        assert (material.name, material.content_type) == ("次第.pdf", "application/pdf")


# ── How much is asked of the database ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address",
    [
        "/ward/",
        "/ward/consultations/",
        "/ward/referrals/",
        "/ward/referrals/?which=received",
        "/ward/statistics/",
        "/ward/meetings/",
        "/ward/mails/",
    ],
)
def test_a_list_asks_as_much_for_three_as_for_one(address: str, client: Client, officer: User) -> None:
    def add() -> None:
        consultation = ConsultationFactory(
            ward_centre=officer.ward_centre, in_progress=True, assignee=officer, unanswered_since=clock.now()
        )
        ReferralFactory(consultation=consultation, to_centre=True, sent_by=officer)
        ReferralFactory(to_ward_centre=officer.ward_centre)
        MaterialFactory()
        receiving.receive(answer_to(consultation, Auto_Submitted="auto-replied"))

    add()
    one = query_count(client, address)
    add()
    add()

    assert query_count(client, address) == one <= 20


def test_a_consultation_asks_as_much_for_a_long_story(
    client: Client, officer: User, own: Consultation, sent: Referral
) -> None:
    EntryFactory(consultation=own, by=officer)
    one = query_count(client, of(own))
    EntryFactory.create_batch(5, consultation=own, by=officer)

    assert query_count(client, of(own)) == one <= 25


def test_whoever_closes_knows_that_the_person_reads_the_words(
    client: Client, ward_officer: User, own: Consultation
) -> None:
    client.force_login(ward_officer)

    page = client.get(f"/ward/consultations/{own.reference}/close/").content.decode()

    assert "相談者が相談のページで読みます" in page


def test_whoever_closes_is_led_to_what_has_to_end_first(
    client: Client, officer: User, own: Consultation, sent: Referral
) -> None:
    page = client.get(of(own, "close")).content.decode()
    assert f'href="/ward/referrals/{sent.pk}/"' in page
    assert "終わっていない紹介があります" in page

    typed = {"version": own.version, "outcome": "answered", "outcome_text": "伝えた。"}
    refused = client.post(of(own, "close"), typed)
    assert refused.status_code == 422
    assert sent.to_name in refused.content.decode()

    client.post(f"/ward/referrals/{sent.pk}/withdraw/")
    assert "終わっていない紹介があります" not in client.get(of(own, "close")).content.decode()
    typed["version"] = Consultation.objects.get(pk=own.pk).version
    assert client.post(of(own, "close"), typed).status_code == 302


def test_lists_say_who_asks(client: Client, ward_officer: User, own: Consultation) -> None:
    client.force_login(ward_officer)
    Consultation.objects.filter(pk=own.pk).update(unanswered_since=clock.now())

    for page in ("/ward/", "/ward/consultations/"):
        assert own.contact.name in client.get(page).content.decode()
