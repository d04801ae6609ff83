"""What is sent: once, by a person, with files that are what they say; and who hears of it."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import Group, User
from consultations.actions import intake
from consultations.actions.files import MOST_BYTES
from consultations.models import Attachment, Consultation
from consultations.views.ask import RECEIPT
from kyodo.body_size import LARGE_FORMS, MOST_FROM_ANYBODY
from kyodo.mail.models import OutgoingMail
from tests.consultations.ask.conftest import TYPED, hidden, look_through, send
from tests.kyodo.test_files import photo
from tests.scanner import INFECTED_PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
PDF = b"%PDF-1.7\n%..."


def code_of(response: object, field: str = "__all__") -> list[str]:
    return [error.code for error in response.context["form"].errors.as_data().get(field, [])]  # type: ignore[attr-defined]


def test_a_visitor_asks_and_gets_a_number(client: Client, monday: time_machine.Traveller) -> None:
    answer = send(client, monday, subject="居場所づくり")

    consultation = Consultation.objects.get()
    assert (consultation.status, consultation.channel, consultation.person) == ("received", "web", None)
    assert (consultation.subject, consultation.contact.name) == ("居場所づくり", "相談 花子")
    assert consultation.consented_at is not None
    assert consultation.referral_consented_at is None
    receipt = client.get(answer["Location"]).content.decode()
    assert f'class="receipt-number">{consultation.reference}' in receipt
    assert "2026年11月18日（水）までに" in receipt


def test_the_person_and_the_centre_hear_of_it_without_its_words(
    client: Client, monday: time_machine.Traveller
) -> None:
    send(client, monday)

    mails = {mail.to: mail for mail in OutgoingMail.objects.all()}
    assert set(mails) == {"hanako@example.jp", "centre@example.jp"}
    reference = Consultation.objects.get().reference
    for mail in mails.values():
        assert reference in mail.subject
        assert TYPED["text"][:8] not in mail.subject + mail.body
    assert "相談 花子" not in mails["centre@example.jp"].body


def test_whoever_wants_no_mail_gets_none(client: Client, monday: time_machine.Traveller) -> None:
    answer = send(client, monday, wish="phone", phone="045-123-4567", may_mail="")

    assert not OutgoingMail.objects.filter(to="hanako@example.jp").exists()
    assert "書きとめて" in client.get(answer["Location"]).content.decode()


def test_a_member_asks_for_their_group(
    client: Client, monday: time_machine.Traveller, member: User, group: Group
) -> None:
    client.force_login(member)
    send(client, monday, group=group.number, organisation=group.name)

    consultation = Consultation.objects.get()
    assert (consultation.person, consultation.group) == (member, group)


def test_the_action_takes_no_group_from_who_is_not_in_it(citizen: User, group: Group) -> None:
    question = intake.Question("citizen", "start", "件名", "内容", group=group)
    contact = intake.ContactDetails(name="名前", email="a@example.jp")

    for person in (None, citizen):
        with pytest.raises(PermissionDenied):
            intake.ask(question=question, contact=contact, by=person, consents_to_use=True)


def test_without_consent_nothing_is_sent_and_nothing_lost(
    client: Client, monday: time_machine.Traveller
) -> None:
    refused = send(client, monday, consent_use="")

    assert refused.status_code == 422
    assert code_of(refused, "consent_use") == ["required"]
    assert TYPED["text"] in refused.content.decode()
    assert not Consultation.objects.exists()


def test_consent_to_referral_is_apart(client: Client, monday: time_machine.Traveller) -> None:
    review = look_through(client)
    monday.shift(timedelta(seconds=30))
    client.post(
        reverse("consult"), hidden(review) | {"send": "1", "consent_use": "on", "consent_referral": "on"}
    )

    assert Consultation.objects.get().referral_consented_at is not None


def test_wished_times_are_kept_in_their_order(client: Client, monday: time_machine.Traveller) -> None:
    times = {"wish_1_0": "2026-11-18", "wish_1_1": "14:00", "wish_2_0": "2026-11-17", "wish_2_1": "10:00"}
    send(client, monday, wish="online", **times)

    wishes = Consultation.objects.get().wished_times.all()
    assert [f"{one.rank} {one.begins_at.astimezone():%d}" for one in wishes] == ["1 18", "2 17"]


# ── Once ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_double_press_sends_one(client: Client, monday: time_machine.Traveller) -> None:
    review = look_through(client)
    monday.shift(timedelta(seconds=30))
    sending = hidden(review) | {"send": "1", "consent_use": "on"}

    first = client.post(reverse("consult"), sending)
    second = client.post(reverse("consult"), sending)

    assert (first.status_code, second.status_code) == (302, 302)
    assert Consultation.objects.count() == 1
    assert OutgoingMail.objects.filter(to="hanako@example.jp").count() == 1


def test_another_look_through_is_another_question(client: Client, monday: time_machine.Traveller) -> None:
    send(client, monday)
    send(client, monday, text="別の相談です。")

    assert Consultation.objects.count() == 2


# ── Machines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_too_fast_is_asked_to_press_again_and_loses_nothing(
    client: Client, monday: time_machine.Traveller
) -> None:
    refused = send(client)

    assert (refused.status_code, code_of(refused)) == (422, ["too_fast"])
    assert not Consultation.objects.exists()
    monday.shift(timedelta(seconds=30))
    again = client.post(reverse("consult"), hidden(refused) | {"send": "1", "consent_use": "on"})
    assert again.status_code == 302
    assert Consultation.objects.get().text.startswith(TYPED["text"])


@pytest.mark.parametrize("stamp", ["", ":2026:forged", "x" * 200])
def test_a_time_that_is_not_ours_counts_for_nothing(
    client: Client, monday: time_machine.Traveller, stamp: str
) -> None:
    review = look_through(client)
    monday.shift(timedelta(hours=1))
    refused = client.post(
        reverse("consult"), hidden(review) | {"send": "1", "consent_use": "on", "began": stamp}
    )

    assert code_of(refused) == ["too_fast"]
    monday.shift(timedelta(seconds=30))
    assert (
        client.post(reverse("consult"), hidden(refused) | {"send": "1", "consent_use": "on"}).status_code
        == 302
    )


def test_what_fills_in_the_hidden_field_sends_nothing(client: Client, monday: time_machine.Traveller) -> None:
    refused = send(client, monday, website="https://example.com/")

    assert (refused.status_code, code_of(refused, "website")) == (422, ["honeypot"])
    assert not Consultation.objects.exists()
    assert TYPED["text"] in refused.content.decode()


def test_one_mailbox_gets_a_few_acknowledgements_and_every_question_is_taken(
    client: Client, monday: time_machine.Traveller
) -> None:
    """Else a stranger who writes an address five times closes it to whoever it belongs to."""
    answers = [send(client, monday, email=f"{'Hanako' if n % 2 else 'hanako'}@example.jp") for n in range(6)]

    assert [answer.status_code for answer in answers] == [302] * 6
    assert Consultation.objects.count() == 6
    assert OutgoingMail.objects.filter(kind="consultations/received").count() == 5
    receipts = [client.get(answer["Location"]).content.decode() for answer in answers]
    assert ["確認のメールは送っていません" in receipt for receipt in receipts] == [False] * 5 + [True]


def test_whoever_is_signed_in_is_always_acknowledged(
    client: Client, monday: time_machine.Traveller, citizen: User
) -> None:
    for _ in range(5):
        send(client, monday, email=citizen.email)
    client.force_login(citizen)

    send(client, monday, email=citizen.email)

    assert OutgoingMail.objects.filter(kind="consultations/received").count() == 6


def test_one_address_sends_so_many_an_hour(client: Client, monday: time_machine.Traveller) -> None:
    for number in range(20):
        assert send(client, email=f"person{number}@example.jp", traveller=monday).status_code == 302

    refused = send(client, monday, email="one-more@example.jp")
    assert refused.status_code == 429
    assert TYPED["text"] in refused.content.decode()
    assert int(refused["Retry-After"]) == 3600
    monday.shift(timedelta(hours=1))
    assert send(client, monday, email="one-more@example.jp").status_code == 302


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def test_papers_come_along(client: Client, monday: time_machine.Traveller) -> None:
    send(client, monday, papers=[upload("計画.pdf", PDF), upload("写真.jpg", photo())])

    assert [(one.name, one.content_type) for one in Attachment.objects.all()] == [
        ("計画.pdf", "application/pdf"),
        ("写真.jpg", "image/jpeg"),
    ]
    assert all("計画" not in one.file.name for one in Attachment.objects.all())


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ([upload("page.html", b"<html><script>alert(1)</script></html>")], "file_type"),
        ([upload("page.pdf", b"<html><script>alert(1)</script></html>")], "file_type"),
        ([upload("both.pdf", b"GIF89a/*%PDF-1.7*/=1;<script>alert(1)</script>")], "file_type"),
        ([upload("large.pdf", PDF + bytes(MOST_BYTES))], "file_size"),
        ([upload(f"{n}.pdf", PDF) for n in range(6)], "too_many_files"),
    ],
    ids=["html", "disguised", "polyglot", "oversized", "six"],
)
def test_other_files_are_refused_and_the_words_kept(
    client: Client,
    monday: time_machine.Traveller,
    files: list[SimpleUploadedFile],
    code: str,
    citizen: User,
) -> None:
    client.force_login(citizen)
    refused = send(client, monday, papers=files)

    assert (refused.status_code, code_of(refused, "papers")) == (422, [code])
    assert TYPED["text"] in refused.content.decode()
    assert not Consultation.objects.exists()


@pytest.mark.parametrize(
    ("scanner_is", "code"),
    [("scanner", "infected"), ("no_scanner", "unchecked")],
    ids=["infected", "scanner down"],
)
def test_a_file_the_scanner_does_not_let_pass_is_refused_and_the_words_kept(
    client: Client,
    monday: time_machine.Traveller,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    scanner_is: str,
    code: str,
) -> None:
    request.getfixturevalue(scanner_is)

    refused = send(client, monday, papers=[upload("計画.pdf", PDF), upload("案.pdf", INFECTED_PDF)])

    assert (refused.status_code, code_of(refused, "papers")) == (422, [code])
    assert TYPED["text"] in refused.content.decode()
    assert not Consultation.objects.exists()
    assert not (tmp_path / "files").exists()


def test_every_wrong_file_is_named_at_once(client: Client, monday: time_machine.Traveller) -> None:
    papers = [upload("計画.pdf", PDF), upload("頁.html", b"<html></html>"), upload("音.mp3", b"ID3")]

    refused = send(client, monday, papers=papers).content.decode()

    assert "「頁.html」は" in refused
    assert "「音.mp3」は" in refused
    assert "「計画.pdf」" not in refused


@pytest.mark.usefixtures("no_scanner")
def test_without_a_file_a_question_comes_in_while_the_scanner_is_down(
    client: Client, monday: time_machine.Traveller
) -> None:
    send(client, monday)

    assert Consultation.objects.get().text == TYPED["text"]


def test_large_forms_of_visitors_are_taken_here_but_not_without_end(client: Client) -> None:
    large = {"CONTENT_LENGTH": str(MOST_FROM_ANYBODY + 1)}
    body = {"content_type": "multipart/form-data; boundary=x"}

    answers = [
        client.generic("POST", reverse("consult"), b"", **body, **large).status_code  # type: ignore[arg-type]
        for _ in range(LARGE_FORMS + 1)
    ]

    assert set(answers[:-1]) == {200}
    assert answers[-1] == 429
    assert client.generic("POST", "/accounts/login/", b"", **body, **large).status_code == 413  # type: ignore[arg-type]


# ── The receipt ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_receipt_opens_for_an_hour_and_to_no_made_up_address(
    client: Client, monday: time_machine.Traveller
) -> None:
    address = send(client, monday)["Location"]
    token = address.rstrip("/").rpartition("/")[2]

    # No running number, which would tell how many ask.
    assert signing.loads(token, salt=RECEIPT) == Consultation.objects.get().reference
    receipt = client.get(address)
    assert receipt["X-Robots-Tag"] == "noindex"
    assert TYPED["text"] not in receipt.content.decode()
    assert client.get(reverse("consult_receipt", args=["made-up"])).status_code == 404
    monday.shift(timedelta(hours=2))
    assert client.get(address)["Location"] == reverse("consult")
