"""Two people at one consultation: who is there, and a late save that loses neither text."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from consultations.actions import entries, steps
from consultations.models import Consultation, Presence, Reading
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.consultations.page.pages import address, html, press
from tests.consultations.page.test_replies import begin, sealed
from tests.factories.centre import ActivityFieldFactory, WardFactory
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db


def test_a_late_close_shows_what_was_typed_and_what_changed(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory(in_progress=True)
    steps.wait(consultation=consultation, version=1, waiting_for="person", by=manager)
    entries.add_note(consultation=consultation, note="電話を待っています。", by=manager)
    client.force_login(coordinator)

    response = press(
        client, consultation, "close", version=1, outcome="answered", outcome_text="わたしの書いた結果。"
    )

    page = html(response)
    assert response.status_code == 409
    for words in ("わたしの書いた結果。", "電話を待っています。", "対応中", "返事待ち", "管理 職員"):
        assert words in page
    assert Consultation.objects.get(pk=consultation.pk).is_open

    again = press(client, consultation, "close", outcome="answered", outcome_text="わたしの書いた結果。")
    assert again.status_code == 302
    assert Consultation.objects.get(pk=consultation.pk).outcome_text == "わたしの書いた結果。"


def test_a_late_reply_waits_with_its_words_until_it_is_sent_again(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    page = begin(client, consultation, "わたしの返信。")
    steps.assign(consultation=consultation, version=1, to=manager, by=manager)

    response = press(client, consultation, "reply", version=1, seal=sealed(page))

    assert response.status_code == 409
    assert "わたしの返信。" in html(response)
    assert "管理 職員" in html(response)
    assert not OutgoingMail.objects.exists()

    press(client, consultation, "reply", seal=sealed(html(response)))
    assert "わたしの返信。" in OutgoingMail.objects.get().body


def test_two_replies_at_once_show_the_first_to_the_second(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)
    page = begin(client, consultation, "わたしの返信。")
    entries.reply(consultation=consultation, version=1, message="先に出した返信。", by=manager)

    response = press(client, consultation, "reply", version=1, seal=sealed(page))

    assert response.status_code == 409
    assert "先に出した返信。" in html(response)
    assert OutgoingMail.objects.count() == 1


def test_a_late_edit_shows_both_texts_field_by_field(
    client: Client, coordinator: User, manager: User
) -> None:
    first, second = ActivityFieldFactory(name="子ども"), ActivityFieldFactory(name="福祉")
    consultation = ConsultationFactory(in_progress=True)
    consultation.fields.set([first])
    seen = {
        "initial-subject": consultation.subject,
        "initial-kind": "start",
        "initial-audience": "citizen",
        "initial-wish": "mail",
        "initial-fields_of_activity": [first.pk],
    }
    mine = {"subject": "わたしの件名", "kind": "start", "audience": "citizen", "wish": "mail"}
    theirs = {"subject": "あの人の件名", "kind": "run", "audience": "citizen", "wish": "mail"}
    client.force_login(manager)
    press(client, consultation, "edit", **theirs, fields_of_activity=[second.pk])
    client.force_login(coordinator)

    response = press(client, consultation, "edit", version=1, **mine, **seen, fields_of_activity=[first.pk])

    page = html(response)
    assert response.status_code == 409
    for words in ("わたしの件名", "あの人の件名", "子ども食堂を始めたい", "福祉", "団体の運営", "管理 職員"):
        assert words in page
    assert Consultation.objects.get(pk=consultation.pk).subject == "あの人の件名"


def test_a_late_edit_of_the_contact_shows_the_newer_number(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory(in_progress=True)
    client.force_login(manager)
    press(client, consultation, "contact", name="相談 花子", phone="045-222-2222", may_phone="on")
    client.force_login(coordinator)

    response = press(
        client,
        consultation,
        "contact",
        version=1,
        name="相談 はな子",
        phone="045-123-4567",
        **{"initial-name": "相談 花子", "initial-phone": "045-123-4567"},
    )

    page = html(response)
    assert response.status_code == 409
    for words in ("相談 はな子", "045-222-2222", "045-123-4567"):
        assert words in page
    consultation.contact.refresh_from_db()
    assert consultation.contact.phone == "045-222-2222"


def test_what_was_mended_is_kept_with_what_stood_before(client: Client, coordinator: User) -> None:
    ward = WardFactory(name="みなと区")
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    press(
        client,
        consultation,
        "edit",
        subject="会場の相談",
        kind="run",
        audience="citizen",
        wish="phone",
        ward=ward.pk,
    )
    press(client, consultation, "contact", name="相談 花子", email="new@example.jp", may_mail="on")

    page = html(client.get(address(consultation, "changes")))
    for words in ("子ども食堂を始めたい", "会場の相談", "みなと区", "new@example.jp", "asker"):
        assert words in page
    found = Consultation.objects.get(pk=consultation.pk)
    assert (found.subject, found.ward, found.contact.email) == ("会場の相談", ward, "new@example.jp")


def test_the_other_is_told_who_looks_and_who_writes_and_forgets_after_a_minute(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory()
    other = Client()
    other.force_login(manager)
    client.force_login(coordinator)
    begun = clock.now()

    with time_machine.travel(begun, tick=False):
        press(other, consultation, "presence", writing="0")
        assert "管理 職員さんが" in html(press(client, consultation, "presence"))
        assert "見ています" in html(client.get(address(consultation)))
        press(other, consultation, "presence", writing="1")
        assert "書いています" in html(client.get(address(consultation)))
    with time_machine.travel(begun + timedelta(seconds=61), tick=False):
        assert "管理 職員さんが" not in html(client.get(address(consultation)))
        assert "管理 職員さんが" not in html(press(client, consultation, "presence"))
    assert not Presence.objects.filter(user=manager).exists()


def test_presence_stops_nobody_and_is_not_written_by_looking(
    client: Client, coordinator: User, manager: User
) -> None:
    consultation = ConsultationFactory()
    Presence.objects.create(consultation=consultation, user=manager, is_writing=True)
    client.force_login(coordinator)

    client.get(address(consultation))
    assert not Presence.objects.filter(user=coordinator).exists()
    assert press(client, consultation, "assign", to=coordinator.pk).status_code == 302


def test_a_beat_is_no_reading_and_leaves_with_the_page(client: Client, coordinator: User) -> None:
    consultation = ConsultationFactory()
    client.force_login(coordinator)

    press(client, consultation, "presence")
    assert not Reading.objects.exists()
    press(client, consultation, "presence", leaves="1")
    assert not Presence.objects.exists()
