"""/answer/<token>/: opens to whoever holds the link, shows what was frozen, and changes nothing until a button is pressed."""

import re
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from consultations.actions import partner, person, referrals, referring, specialists
from consultations.actions.specialists import Meeting
from consultations.models import (
    AnswerLink,
    Consultation,
    Entry,
    Reading,
    Referral,
    ReferralTime,
    Specialist,
    SpecialistSession,
    SpecialistSlot,
)
from consultations.models.specialists import Way
from kyodo import clock, logs
from kyodo.mail.models import OutgoingMail
from tests.consultations.specialists.conftest import EXCERPT, Ask, Asked
from tests.counting import query_count
from tests.factories.consultations import EntryFactory, SpecialistFactory

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=clock.TOKYO)
TALK = date(2026, 11, 24)
WISH = {"step": "accept", "accept-wish": "火曜の午後ならいつでも。"}
NO = {"step": "decline", "decline-reason": "日程が合いません。"}
RESULT = {"step": "finish", "finish-outcome": "advised", "finish-outcome_text": "帳簿のつけ方を話しました。"}


@pytest.fixture
def asked(ask: Ask, specialist: Specialist) -> Asked:
    return ask(specialist)


@pytest.fixture
def organisation(ask: Ask) -> Asked:
    return ask(name="みなと福祉の会", email="fukushi@example.jp")


def text(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


def status_of(asked: Asked) -> str:
    asked.referral.refresh_from_db()
    return asked.referral.status


# ── Opening it ──


def test_the_page_shows_the_frozen_excerpt_and_leaves_one_reading(client: Client, asked: Asked) -> None:
    response = client.get(asked.url)

    assert response.status_code == 200
    assert EXCERPT in text(response)
    reading = Reading.objects.get()
    assert (reading.reader, reading.by, reading.consultation) == (
        Reading.Reader.PARTNER,
        None,
        asked.referral.consultation,
    )


def test_scanners_that_follow_the_link_change_nothing_but_the_read_log(client: Client, asked: Asked) -> None:
    before = _everything(asked)

    answers = [client.get(asked.url).status_code for _number in range(20)]
    answers.append(client.head(asked.url).status_code)

    assert answers == [200] * 20 + [405]
    assert _everything(asked) == before
    assert Reading.objects.count() == 20
    assert client.post(asked.url, WISH).status_code == 302


def _everything(asked: Asked) -> list[object]:
    rows: list[object] = []
    for model in (Consultation, Referral, AnswerLink, Entry, OutgoingMail):
        rows += list(model.objects.order_by("pk").values())  # type: ignore[attr-defined]
    return rows


def test_the_page_is_kept_by_nobody_and_told_to_nobody(client: Client, asked: Asked) -> None:
    response = client.get(asked.url)

    assert response["Cache-Control"] == "private, no-store"
    assert "noindex" in response["X-Robots-Tag"]
    assert response["Referrer-Policy"] == "strict-origin"
    assert asked.token not in text(response)
    title = re.search("<title>(.*?)</title>", text(response), re.DOTALL)
    assert title
    assert asked.referral.consultation.reference not in title[1]


def test_a_log_has_no_token(asked: Asked) -> None:
    line = f"GET {asked.url} 500, and https://kyodo.example.jp{asked.url}?x=1"

    assert asked.token not in str(logs.without_values(line))


def test_the_token_is_kept_as_a_hash_alone(asked: Asked) -> None:
    link = AnswerLink.objects.get()

    assert asked.token not in str(vars(link))
    mails = OutgoingMail.objects.filter(body__contains=asked.token)
    assert [mail.kind for mail in mails] == ["consultations/referral_link"]
    assert mails[0].is_private


def test_an_answer_is_taken_over_https_with_the_origin_a_browser_sends(asked: Asked) -> None:
    """A policy without any referrer would make the browser send "null", which the guard against forgery refuses."""
    browser = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1")
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', text(browser.get(asked.url, secure=True)))
    assert token
    typed = WISH | {"csrfmiddlewaretoken": token[1]}

    forged = browser.post(asked.url, typed, secure=True, headers={"origin": "https://elsewhere.example.jp"})
    sent = browser.post(asked.url, typed, secure=True, headers={"origin": "https://127.0.0.1"})

    assert (forged.status_code, sent.status_code) == (403, 302)


@pytest.mark.parametrize("end", ["expired", "revoked", "withdrawn", "declined", "over", "unknown"])
def test_whatever_no_longer_opens_looks_the_same(
    end: str, client: Client, asked: Asked, coordinator: User
) -> None:
    url = asked.url
    if end == "expired":
        AnswerLink.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    elif end == "revoked":
        partner.renew_link(referral=asked.referral, by=coordinator)
    elif end == "withdrawn":
        referrals.withdraw(referral=asked.referral, by=coordinator)
    elif end == "declined":
        client.post(url, NO)
    elif end == "over":
        # Whatever ended it, and though the link was forgotten.
        Referral.objects.update(status=Referral.Status.EXPIRED)
        AnswerLink.objects.update(revoked_at=None, expires_at=clock.now() + timedelta(days=1))
    else:
        url = "/answer/" + "a" * 32 + "/"
    Reading.objects.all().delete()

    opened = client.get(url)
    sent = client.post(url, WISH)

    unknown = client.get("/answer/x/")
    assert (opened.status_code, sent.status_code) == (404, 404)
    assert _bare(text(opened)) == _bare(text(unknown))
    assert EXCERPT not in text(opened)
    assert opened["Cache-Control"] == "private, no-store"
    assert not Reading.objects.exists()
    assert not Entry.objects.filter(text__contains="火曜の午後").exists()


def _bare(page: str) -> str:
    return re.sub(r'value="\w{64}"', "", page)


def test_too_many_looks_are_refused(client: Client) -> None:
    answers = [client.get("/answer/x/").status_code for _number in range(62)]

    assert answers[:60] == [404] * 60
    assert answers[-1] == 429


# ── What it never shows ──


def test_neither_name_nor_contact_nor_notes_reach_the_page_or_a_mail_before_acceptance(
    client: Client, asked: Asked
) -> None:
    EntryFactory(consultation=asked.referral.consultation, text="職員だけの秘密のメモ")
    contact = asked.referral.consultation.contact
    secrets = [contact.name, contact.name_kana, contact.email, contact.phone, "職員だけの秘密のメモ"]
    secrets += [asked.referral.consultation.text, asked.referral.consultation.subject]

    shown = text(client.get(asked.url))
    mailed = "".join(mail.subject + mail.body for mail in OutgoingMail.objects.all())

    assert [secret for secret in secrets if secret in shown + mailed] == []
    assert EXCERPT not in mailed


def test_what_is_written_later_never_reaches_the_page(client: Client, asked: Asked) -> None:
    Referral.objects.update(summary="あとから書き足した要約")
    Consultation.objects.update(text="あとから直した相談の本文")

    shown = text(client.get(asked.url))

    assert EXCERPT in shown
    assert "あとから" not in shown


def test_a_token_opens_its_own_referral_alone(
    client: Client, asked: Asked, ask: Ask, organisation: Asked
) -> None:
    client.post(organisation.url, {"step": "decline", "decline-reason": "人手がありません。"})

    assert status_of(organisation) == Referral.Status.DECLINED
    assert status_of(asked) == Referral.Status.SENT
    assert client.get(asked.url).status_code == 200


# ── Answering ──


def test_a_specialist_accepts_with_times_that_suit(
    client: Client, asked: Asked, specialist: Specialist, coordinator: User
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        slots = [
            SpecialistSlot.objects.create(
                specialist=specialist,
                begins_at=clock.at(TALK, time(hour)),
                ends_at=clock.at(TALK, time(hour + 1)),
            )
            for hour in (10, 14)
        ]
        AnswerLink.objects.update(expires_at=MONDAY + timedelta(days=5))
        response = client.post(
            asked.url,
            {"step": "accept", "accept-slots": [slots[1].pk], "accept-message": "よろしくお願いします。"},
            follow=True,
        )

    assert status_of(asked) == Referral.Status.ACCEPTED
    assert ReferralTime.objects.get().begins_at == slots[1].begins_at
    assert "引き受けるとのお返事を受け取りました" in text(response)
    entry = Entry.objects.get()
    assert (entry.kind, entry.referral, entry.by) == (Entry.Kind.PARTNER, asked.referral, None)
    assert "14:00" in entry.text
    assert "よろしくお願いします。" in entry.text
    mail = OutgoingMail.objects.get(kind="consultations/referral_answered")
    assert mail.to == coordinator.email
    assert "よろしく" not in mail.body


def test_a_slot_of_another_specialist_can_not_be_chosen(client: Client, asked: Asked) -> None:
    begins = clock.now() + timedelta(days=3)
    theirs = SpecialistSlot.objects.create(
        specialist=SpecialistFactory(), begins_at=begins, ends_at=begins + timedelta(hours=1)
    )

    response = client.post(asked.url, {"step": "accept", "accept-slots": [theirs.pk]})

    assert response.status_code == 422
    assert status_of(asked) == Referral.Status.SENT


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"step": "accept"}, "都合のよい日時"),
        ({"step": "accept", "accept-wish": "あ" * 301}, "300"),
        ({"step": "decline", "decline-reason": "  "}, "引き受けられない理由"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    typed: dict[str, str], words: str, client: Client, asked: Asked
) -> None:
    response = client.post(asked.url, typed | {"accept-message": "ひとこと残す"})

    assert response.status_code == 422
    assert words in text(response)
    if typed["step"] == "accept":
        assert "ひとこと残す" in text(response)
    assert status_of(asked) == Referral.Status.SENT


def test_a_decline_gives_it_back_with_the_reason(client: Client, asked: Asked, coordinator: User) -> None:
    response = client.post(asked.url, NO, follow=True)

    consultation = Consultation.objects.get()
    assert asked.token not in response.redirect_chain[-1][0]
    assert "お答えを受け取りました" in text(response)
    assert consultation.status == Consultation.Status.IN_PROGRESS
    assert consultation.due_at is not None
    assert "日程が合いません。" in Entry.objects.get().text
    assert OutgoingMail.objects.filter(kind="consultations/referral_answered", to=coordinator.email).exists()


def test_a_second_answer_is_refused(client: Client, asked: Asked) -> None:
    client.post(asked.url, WISH)

    again = client.post(asked.url, WISH)
    other = client.post(asked.url, NO)

    assert (again.status_code, other.status_code) == (404, 404)
    assert status_of(asked) == Referral.Status.ACCEPTED
    assert Entry.objects.count() == 1


def test_a_form_left_open_answers_nothing_once_the_link_was_renewed(asked: Asked, coordinator: User) -> None:
    """The page was opened before; its button is pressed after."""
    link = AnswerLink.objects.select_related("referral__consultation").get()
    partner.renew_link(referral=asked.referral, by=coordinator)

    with pytest.raises(Exception, match="もう使えません"):
        partner.decline(link=link, reason="日程が合いません。")

    assert status_of(asked) == Referral.Status.SENT


def test_an_organisation_accepts_and_tells_what_became_of_it(
    client: Client, organisation: Asked, coordinator: User
) -> None:
    assert client.post(organisation.url, {"step": "accept"}).status_code == 302
    organisation.referral.refresh_from_db()
    assert organisation.referral.answer_until > clock.now() + timedelta(days=29)
    assert client.get(organisation.url).status_code == 200
    assert Consultation.objects.get().status == Consultation.Status.WAITING

    response = client.post(organisation.url, RESULT, follow=True)

    assert "お答えを受け取りました" in text(response)
    assert status_of(organisation) == Referral.Status.DONE
    assert Consultation.objects.get().status == Consultation.Status.IN_PROGRESS
    assert "帳簿のつけ方" in Entry.objects.latest("pk").text
    assert OutgoingMail.objects.filter(kind="consultations/referral_finished", to=coordinator.email).exists()
    assert client.get(organisation.url).status_code == 404


def test_nothing_is_told_before_it_was_accepted(client: Client, organisation: Asked) -> None:
    response = client.post(organisation.url, RESULT)

    assert response.status_code == 404
    assert status_of(organisation) == Referral.Status.SENT


def test_silence_after_acceptance_gives_it_back_too(client: Client, organisation: Asked) -> None:
    client.post(organisation.url, {"step": "accept"})
    with time_machine.travel(clock.now() + timedelta(days=32), tick=False):
        referrals.expire(referral=organisation.referral)

    consultation = Consultation.objects.get()
    assert status_of(organisation) == Referral.Status.EXPIRED
    assert consultation.status == Consultation.Status.IN_PROGRESS
    assert consultation.due_at is not None


def test_whoever_took_the_question_back_is_no_longer_read(client: Client, asked: Asked) -> None:
    person.withdraw(consultation=asked.referral.consultation)

    assert client.get(asked.url).status_code == 404
    assert status_of(asked) == Referral.Status.WITHDRAWN


# ── Once the time stands ──


@pytest.fixture
def fixed(
    specialist: Specialist, consultation: Consultation, coordinator: User
) -> tuple[str, SpecialistSession]:
    """Its page's address, and the session: a talk by phone."""
    session = specialists.request(consultation=consultation, profession="tax_accountant", by=coordinator)
    session = specialists.hear(
        session=session, version=1, profession="tax_accountant", hearing_note=EXCERPT, by=coordinator
    )
    session = specialists.match(
        session=session,
        version=2,
        specialist=specialist,
        consent=referring.Consent("同意", clock.today()),
        by=coordinator,
    )
    body = OutgoingMail.objects.get(kind="consultations/referral_link").body
    found = re.search(r"/answer/\S+", body)
    assert found
    partner.accept(link=AnswerLink.objects.get(), wish="いつでも")
    begins = clock.now() + timedelta(days=3)
    meeting = Meeting(begins, begins + timedelta(hours=1), Way.PHONE)
    session = specialists.fix(session=session, version=session.version, meeting=meeting, by=coordinator)
    return found[0], session


def test_the_specialist_learns_the_name_once_the_time_stands_and_only_on_the_page(
    client: Client, fixed: tuple[str, SpecialistSession], specialist: Specialist
) -> None:
    url, session = fixed
    contact = session.consultation.contact

    shown = text(client.get(url))

    assert contact.name in shown
    assert contact.phone in shown
    assert contact.email not in shown
    mails = OutgoingMail.objects.filter(to=specialist.email)
    sent = "".join(mail.subject + mail.body for mail in mails)
    sent += "".join(bytes(file.content).decode() for mail in mails for file in mail.attachments.all())
    assert [part for part in (contact.name, contact.phone, contact.email, EXCERPT) if part in sent] == []


def test_a_number_that_may_not_be_called_is_not_shown(
    client: Client, fixed: tuple[str, SpecialistSession]
) -> None:
    url, session = fixed
    session.consultation.contact.may_phone = False
    session.consultation.contact.save()

    assert session.consultation.contact.phone not in text(client.get(url))


def test_the_name_goes_again_with_the_session(
    client: Client, fixed: tuple[str, SpecialistSession], coordinator: User
) -> None:
    url, session = fixed
    session.refresh_from_db()
    specialists.cancel(session=session, version=session.version, by=coordinator)

    closed = client.get(url)

    assert closed.status_code == 404
    assert session.consultation.contact.name not in text(closed)


def test_the_page_asks_as_often_for_many_free_times_as_for_one(
    client: Client, asked: Asked, specialist: Specialist
) -> None:
    def add(days: int) -> None:
        begins = clock.now() + timedelta(days=days)
        SpecialistSlot.objects.create(
            specialist=specialist, begins_at=begins, ends_at=begins + timedelta(hours=1)
        )

    add(1)
    few = query_count(client, asked.url)
    add(2)
    add(3)

    assert query_count(client, asked.url) == few <= 15


def test_the_page_claims_no_consent_that_nobody_gave(client: Client, organisation: Asked) -> None:
    assert "同意を得て" in text(client.get(organisation.url))

    Referral.objects.filter(pk=organisation.referral.pk).update(
        is_without_consent=True, consented_on=None, consent_by=None
    )

    assert "同意を得て" not in text(client.get(organisation.url))
