"""Notes stay here; replies leave exactly as they were shown."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from consultations.actions import drafts
from consultations.models import CannedReply, Consultation, DraftFile, Entry, ReplyDraft
from consultations.rules import replies
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.consultations.page.pages import address, html, press
from tests.factories.centre import WardCentreFactory
from tests.factories.consultations import ConsultationFactory, ReferralFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 plan"


def sealed(page: str) -> str:
    found = re.search(r'name="seal" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def begin(client: Client, consultation: Consultation, message: str, **typed: object) -> str:
    """Type a reply, and look at the mail."""
    response = press(client, consultation, "reply_preview", message=message, **typed)
    assert response.status_code == 302
    return html(client.get(response.headers["Location"]))


def kept_in(store: Storage, folder: str = "") -> list[str]:
    folders, files = store.listdir(folder)
    found = [f"{folder}{name}" for name in files]
    for one in folders:
        found += kept_in(store, f"{folder}{one}/")
    return found


def everything_mailed() -> str:
    """All that left or will leave: to whom, from whom, headers, words and files."""
    parts = []
    for mail in OutgoingMail.objects.prefetch_related("attachments"):
        parts += [mail.to, mail.sender, mail.reply_to, mail.subject, mail.body, mail.html, str(mail.headers)]
        for file in mail.attachments.all():
            parts += [file.name, bytes(file.content).decode(errors="replace")]
    return "\n".join(parts)


def test_a_note_reaches_nobody_whatever_follows(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    secret = SimpleUploadedFile("内部資料.pdf", b"%PDF-1.4 INTERNAL-FILE", "application/pdf")

    press(client, consultation, "note", note="内緒のメモ：要注意の人。", files=[secret])
    press(client, consultation, "talk", channel="phone", is_reached="no", note="内緒の通話記録。")
    page = begin(client, consultation, "お返事です。")
    press(client, consultation, "reply", seal=sealed(page))
    press(client, consultation, "close", outcome="answered", outcome_text="内緒の結果。")

    mailed = everything_mailed()
    assert "お返事です。" in mailed
    for words in ("内緒", "要注意", "内部資料", "INTERNAL-FILE", "調整 職員", coordinator.email):
        assert words not in mailed
    assert OutgoingMail.objects.count() == 1


def test_the_mail_is_what_the_preview_showed(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    plan = SimpleUploadedFile("計画.pdf", PDF, "application/pdf")

    page = begin(client, consultation, "お返事です。\n<b>よろしく</b>", files=[plan], waits_for_answer="on")
    assert not OutgoingMail.objects.exists()
    press(client, consultation, "reply", seal=sealed(page))

    mail = OutgoingMail.objects.get()
    shown = unescape(page)
    for part in (mail.to, mail.sender, mail.reply_to, mail.subject, mail.body, "計画.pdf"):
        assert part
        assert part in shown
    assert [(file.name, bytes(file.content)) for file in mail.attachments.all()] == [("計画.pdf", PDF)]
    entry = Entry.objects.get()
    assert (entry.kind, entry.mail, entry.attachments.get().name) == ("reply", mail, "計画.pdf")
    assert Consultation.objects.get(pk=consultation.pk).status == Consultation.Status.WAITING
    assert not ReplyDraft.objects.exists()


def test_a_copy_leaves_as_a_mail_of_its_own_and_the_person_is_told_of_it(
    client: Client, coordinator: User
) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    page = begin(client, consultation, "お返事です。", copies_to="family@example.jp、ward@example.jp")
    assert "写し（Cc）" in page
    press(client, consultation, "reply", seal=sealed(page))

    mails = list(OutgoingMail.objects.order_by("pk"))
    assert [mail.to for mail in mails] == [
        consultation.contact.email,
        "family@example.jp",
        "ward@example.jp",
    ]
    assert len({mail.body for mail in mails}) == 1
    assert "family@example.jp、ward@example.jp" in mails[0].body
    assert Entry.objects.get().mail == mails[0]
    timeline = html(client.get(address(consultation)))
    assert timeline.count("返信の写し（Cc）") == 2


@pytest.mark.parametrize("typed", ["no address", "a@example.jp b@example.jp c@example.jp d@example.jp"])
def test_a_copy_to_what_is_no_address_is_told_beside_the_field(
    client: Client, coordinator: User, typed: str
) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    response = press(client, consultation, "reply_preview", message="残る文", copies_to=typed)

    assert response.status_code == 422
    assert response.context["form"].errors.as_data()["copies_to"]
    assert "残る文" in html(response)


def test_another_mail_than_the_one_shown_does_not_leave(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    page = begin(client, consultation, "見せた文。")
    ReplyDraft.objects.update(message="別の文。")

    response = press(client, consultation, "reply", seal=sealed(page))

    assert response.status_code == 422
    assert "別の文。" in html(response)
    assert not OutgoingMail.objects.exists()
    assert not Entry.objects.exists()


def test_a_mail_that_does_not_leave_leaves_no_copy_of_its_files(client: Client, coordinator: User) -> None:
    """A row is taken back with its transaction, a file in the store is not: nothing would ever delete it."""
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    paper = SimpleUploadedFile("案内.pdf", PDF, "application/pdf")
    page = begin(client, consultation, "見せた文。", files=[paper])
    store = DraftFile._meta.get_field("file").storage
    assert len(kept_in(store)) == 1
    ReplyDraft.objects.update(message="別の文。")

    press(client, consultation, "reply", seal=sealed(page))

    assert [name for name in kept_in(store) if not name.startswith("drafts/")] == []


ENDING = {"close": "1", "outcome": "answered", "outcome_text": "窓口をお伝えしました。"}


def test_one_press_sends_closes_and_leads_to_the_next(client: Client, coordinator: User) -> None:
    first, second = (
        ConsultationFactory(due_at=clock.now() + timedelta(days=days), subject=f"件{days}") for days in (1, 2)
    )
    client.force_login(coordinator)
    page = begin(client, first, "お返事です。", waits_for_answer="on")

    response = press(client, first, "reply", seal=sealed(page), **ENDING)

    assert response.headers["Location"] == address(second)
    first.refresh_from_db()
    assert (first.status, first.outcome, first.outcome_text, first.assignee) == (
        "closed",
        "answered",
        "窓口をお伝えしました。",
        coordinator,
    )
    assert "お返事です。" in OutgoingMail.objects.get().body
    # It never waited for anybody, though its writer had ticked that before.
    assert "waiting" not in first.status_changes.values_list("after", flat=True)


def test_what_cannot_be_closed_is_not_mailed_either(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)
    client.force_login(coordinator)
    plan = SimpleUploadedFile("計画.pdf", PDF)
    seal = sealed(begin(client, consultation, "お返事です。", files=[plan]))
    ReferralFactory(consultation=consultation, to_ward_centre=WardCentreFactory())

    response = press(client, consultation, "reply", seal=seal, **ENDING)

    assert response.status_code == 422
    assert "終わっていない紹介があります" in html(response)
    assert "窓口をお伝えしました。" in html(response)
    assert not OutgoingMail.objects.exists()
    assert not Entry.objects.exists()
    store = DraftFile._meta.get_field("file").storage
    assert [name for name in kept_in(store) if not name.startswith("drafts/")] == []
    assert press(client, consultation, "reply", seal=seal).status_code == 302


def test_an_ending_without_words_sends_nothing(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    seal = sealed(begin(client, consultation, "お返事です。"))

    response = press(client, consultation, "reply", seal=seal, **{**ENDING, "outcome_text": " "})

    assert response.status_code == 422
    assert "結果を文で書いてください。" in html(response)
    assert not OutgoingMail.objects.exists()


def test_another_mail_than_the_one_shown_neither_leaves_nor_closes(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    seal = sealed(begin(client, consultation, "見せた文。"))
    ReplyDraft.objects.update(message="別の文。")

    assert press(client, consultation, "reply", seal=seal, **ENDING).status_code == 422
    assert not OutgoingMail.objects.exists()
    assert Consultation.objects.get(pk=consultation.pk).is_open


def test_what_is_said_of_a_press_stands_where_the_press_leads(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    written = client.post(address(consultation, "note"), {"note": "区に聞く。"}, follow=True)
    assert written.redirect_chain[-1][0].endswith("#timeline")
    head, timeline = html(written).split('id="timeline"')
    assert "職員メモを残しました。" in timeline
    assert "職員メモを残しました。" not in head
    taken = press(client, consultation, "assign", to=str(coordinator.pk))
    head, timeline = html(client.get(taken.headers["Location"])).split('id="timeline"')
    assert "担当を決めました。" in head
    assert "担当を決めました。" not in timeline


def test_whoever_sends_locks_the_consultation_before_the_draft(client: Client, coordinator: User) -> None:
    """As whoever forgets both does: in two orders they would wait for each other for ever."""
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    seal = sealed(begin(client, consultation, "お返事です。"))

    with CaptureQueriesContext(connection) as queries:
        press(client, consultation, "reply", seal=seal)

    locks = [one["sql"] for one in queries if " FOR " in one["sql"]]
    tables = [Consultation._meta.db_table, ReplyDraft._meta.db_table]
    assert [next(table for table in tables if f'FROM "{table}"' in sql) for sql in locks[:2]] == tables
    assert OutgoingMail.objects.count() == 1


def test_two_presses_send_one_mail(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    seal = sealed(begin(client, consultation, "お返事です。"))
    draft = ReplyDraft.objects.get()
    press(client, consultation, "reply", seal=seal)

    with pytest.raises(ValidationError) as refused:
        drafts.send_draft(draft=draft, version=2, seal=seal, by=coordinator)
    assert refused.value.code == "gone"
    assert press(client, consultation, "reply", seal=seal).status_code == 302
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("contact", [{"contact__may_mail": False}, {"contact__email": ""}])
def test_whoever_must_not_be_mailed_is_not(
    contact: dict[str, object], client: Client, coordinator: User
) -> None:
    consultation = ConsultationFactory(**contact)
    client.force_login(coordinator)

    response = press(client, consultation, "reply_preview", message="送りたい文。")
    assert response.status_code == 422
    assert "送りたい文。" in html(response)
    ReplyDraft.objects.create(consultation=consultation, by=coordinator, message="送りたい文。", version=1)

    assert press(client, consultation, "reply", seal="x").status_code == 422
    assert not OutgoingMail.objects.exists()


def test_a_reply_without_words_comes_back(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    assert press(client, consultation, "reply_preview", message="  ").status_code == 422


def test_a_file_of_another_type_is_refused_and_the_words_stay(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    page = SimpleUploadedFile("page.html", b"<script>alert(1)</script>", "text/html")

    for step, field in (("reply_preview", "message"), ("note", "note")):
        page.seek(0)
        response = press(client, consultation, step, files=[page], **{field: "残る文。"})
        assert response.status_code == 422
        assert "残る文。" in html(response)
    assert not Entry.objects.exists()


@pytest.mark.usefixtures("no_scanner")
def test_what_cannot_be_looked_at_stays_out_and_the_words_stay(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    for step, field in (("reply_preview", "message"), ("note", "note")):
        plan = SimpleUploadedFile("計画.pdf", PDF)
        response = press(client, consultation, step, files=[plan], **{field: "残る文。"})
        assert response.status_code == 422
        assert response.context["form"].errors.as_data()["files"][0].code == "unchecked"
        assert "残る文。" in html(response)
    assert not Entry.objects.exists()
    assert not DraftFile.objects.exists()


def test_nobody_sends_or_reads_anothers_draft(client: Client, coordinator: User, manager: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    page = begin(client, consultation, "書きかけの文。")

    client.force_login(manager)
    assert press(client, consultation, "reply", seal=sealed(page)).status_code == 302
    assert "書きかけの文。" not in html(client.get(address(consultation, "reply")))
    assert "書きかけの文。" not in html(client.get(address(consultation)))
    assert not OutgoingMail.objects.exists()


def test_a_draft_is_thrown_away_with_its_files(
    client: Client, coordinator: User, django_capture_on_commit_callbacks: object
) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    begin(client, consultation, "いらない文。", files=[SimpleUploadedFile("計画.pdf", PDF)])
    stored = DraftFile.objects.get().file

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        press(client, consultation, "reply_discard")

    assert not ReplyDraft.objects.exists()
    assert not stored.storage.exists(stored.name)


def test_a_draft_left_for_a_month_goes(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    begin(client, consultation, "忘れた文。")

    assert drafts.forget_old() == 0
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert drafts.forget_old() == 1
    assert not ReplyDraft.objects.exists()


def test_one_file_is_taken_out_and_only_by_its_writer(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    begin(client, consultation, "文。", files=[SimpleUploadedFile("計画.pdf", PDF)])
    name = "admin:consultations_consultation_reply_file_remove"
    remove = reverse(name, args=[consultation.pk, DraftFile.objects.get().pk])

    client.force_login(manager)
    assert client.post(remove).status_code == 404
    client.force_login(coordinator)
    client.post(remove)
    assert not DraftFile.objects.exists()


def test_a_canned_text_goes_in_behind_what_was_typed(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    canned = CannedReply.objects.create(
        title="受付のお礼", body="{name} 様\n受付番号は {reference} です。{staff} {phone}"
    )
    client.force_login(coordinator)

    response = press(
        client, consultation, "reply_preview", message="書いた文。", canned=canned.pk, insert="1"
    )
    page = html(client.get(response.headers["Location"]))

    assert (
        f"書いた文。\n\n相談 花子 様\n受付番号は {consultation.reference} です。調整 職員 045-671-4732"
        in page
    )


def test_canned_texts_of_other_kinds_are_not_offered(client: Client, coordinator: User) -> None:
    for title, kind, is_active in (
        ("どの相談でも", "", True),
        ("始めたい人へ", "start", True),
        ("運営の人へ", "run", True),
        ("使わない文", "", False),
    ):
        CannedReply.objects.create(title=title, kind=kind, body="文", is_active=is_active)
    client.force_login(coordinator)

    page = html(client.get(address(ConsultationFactory())))

    assert ("どの相談でも" in page, "始めたい人へ" in page) == (True, True)
    assert ("運営の人へ" in page, "使わない文" in page) == (False, False)


def test_a_misspelt_placeholder_is_refused_when_saved(client: Client, coordinator: User) -> None:
    client.force_login(coordinator)
    typed = {"title": "お礼", "kind": "", "position": "0", "is_active": "on"}
    add = reverse("admin:consultations_cannedreply_add")

    assert client.post(add, {**typed, "body": "{nmae} 様"}).status_code == 200
    assert not CannedReply.objects.exists()
    client.post(add, {**typed, "body": "{name} 様"})
    assert CannedReply.objects.exists()


def test_every_placeholder_is_filled(coordinator: User) -> None:
    consultation = ConsultationFactory()
    body = " ".join(f"{{{name}}}" for name in replies.PLACEHOLDERS)

    assert "{" not in replies.filled(body, consultation, coordinator)
    with pytest.raises(ValidationError) as refused:
        replies.check("{}")
    assert refused.value.code == "placeholder"


@pytest.mark.parametrize(
    "message",
    ["相談 花子 様\n\nお返事です。", "相談　花子様、お世話になります。\nお返事です。", "お返事です。"],
)
def test_the_person_is_greeted_once(message: str, client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    press(client, consultation, "reply", seal=sealed(begin(client, consultation, message)))

    body = "".join(OutgoingMail.objects.get().body.split())
    assert body.startswith("相談花子様")
    assert body.count("相談花子") == 1
