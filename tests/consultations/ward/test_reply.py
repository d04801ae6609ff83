"""A reply from a ward centre's desk: kept while it is written, with files and canned texts, sent as it was shown."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from accounts.models import User
from consultations.models import CannedReply, Consultation, DraftFile, Entry, ReplyDraft
from kyodo.mail.models import OutgoingMail
from tests.counting import query_count
from tests.factories.accounts import UserFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 plan"


@pytest.fixture
def officer(client: Client, ward_officer: User) -> User:
    client.force_login(ward_officer)
    return ward_officer


def of(consultation: Consultation, page: str = "") -> str:
    return f"/ward/consultations/{consultation.reference}/reply/{page}"


def write(client: Client, consultation: Consultation, message: str = "お返事です。", **typed: object) -> str:
    """Where it leads: to the mail, or back to the form."""
    version = Consultation.objects.get(pk=consultation.pk).version
    response = client.post(of(consultation), {"version": version, "message": message, **typed})
    assert response.status_code == 302
    return str(response.headers["Location"])


def pressed(client: Client, consultation: Consultation) -> HttpResponse:
    """The button under the mail, as the page draws it."""
    page = client.get(of(consultation, "mail/")).content.decode()
    shown = dict(re.findall(r'name="(version|seal)" value="([0-9a-f]+)"', page))
    return client.post(of(consultation, "mail/"), shown)  # type: ignore[return-value]


def test_the_mail_is_shown_whole_and_only_then_sent(client: Client, officer: User, own: Consultation) -> None:
    plan = SimpleUploadedFile("計画.pdf", PDF, "application/pdf")

    address = write(client, own, "保険の窓口をお伝えします。", files=[plan], waits_for_answer="on")
    page = client.get(address).content.decode()
    for shown in (own.contact.email, "保険の窓口をお伝えします。", own.reference, "計画.pdf"):
        assert shown in page
    assert not OutgoingMail.objects.exists()
    assert pressed(client, own).status_code == 302

    mail = OutgoingMail.objects.get()
    assert mail.to == own.contact.email
    assert "保険の窓口をお伝えします。" in mail.body
    assert [(file.name, bytes(file.content)) for file in mail.attachments.all()] == [("計画.pdf", PDF)]
    assert Entry.objects.get().attachments.get().name == "計画.pdf"
    own.refresh_from_db()
    assert own.status == Consultation.Status.WAITING
    assert not ReplyDraft.objects.exists()


def test_what_was_begun_is_there_again(client: Client, officer: User, own: Consultation) -> None:
    write(client, own, "書きかけの文。", files=[SimpleUploadedFile("計画.pdf", PDF)])

    assert "返信の続きを書く" in client.get(f"/ward/consultations/{own.reference}/").content.decode()
    page = client.get(of(own)).content.decode()
    assert "書きかけの文。" in page
    assert "計画.pdf" in page


def test_a_canned_text_speaks_for_the_ward_centre(client: Client, officer: User, own: Consultation) -> None:
    canned = CannedReply.objects.create(title="お礼", body="{name} 様 {centre} {phone} {address}")
    office = officer.ward_centre
    assert office is not None

    address = write(client, own, "書いた文。", canned=canned.pk, insert="1")

    assert address == of(own)
    words = f"書いた文。\n\n相談 花子 様 {office.name} {office.phone} {office.address}"
    assert words in client.get(address).content.decode()


def test_a_canned_text_goes_into_an_empty_reply(client: Client, officer: User, own: Consultation) -> None:
    canned = CannedReply.objects.create(title="お礼", body="ありがとうございます。")

    write(client, own, "", canned=canned.pk, insert="1")

    assert ReplyDraft.objects.get().message == "ありがとうございます。"


def test_taking_a_file_out_keeps_what_was_typed_meanwhile(
    client: Client, officer: User, own: Consultation
) -> None:
    write(client, own, "はじめ。", files=[SimpleUploadedFile("計画.pdf", PDF)])

    assert write(client, own, "つづき。", remove=DraftFile.objects.get().pk) == of(own)

    assert not DraftFile.objects.exists()
    assert ReplyDraft.objects.get().message == "つづき。"


@pytest.mark.parametrize("pk", ["x", "0", "9" * 30])
def test_a_file_that_is_not_there_is_not_taken_out(
    pk: str, client: Client, officer: User, own: Consultation
) -> None:
    response = client.post(of(own), {"version": own.version, "message": "文", "remove": pk})

    assert response.status_code == 404


def test_nobody_meets_the_draft_of_a_colleague(client: Client, officer: User, own: Consultation) -> None:
    write(client, own, "書きかけの文。", files=[SimpleUploadedFile("計画.pdf", PDF)])
    file = DraftFile.objects.get()
    client.force_login(UserFactory(role=User.Role.WARD, ward_centre=officer.ward_centre))

    assert "書きかけの文。" not in client.get(of(own)).content.decode()
    assert client.get(of(own, "mail/")).headers["Location"] == of(own)
    response = client.post(of(own), {"version": own.version, "message": "文", "remove": file.pk})
    assert response.status_code == 404
    client.post(of(own, "discard/"))
    assert ReplyDraft.objects.filter(by=officer).exists()
    assert DraftFile.objects.filter(pk=file.pk).exists()


def test_a_draft_is_thrown_away_by_its_writer(client: Client, officer: User, own: Consultation) -> None:
    write(client, own, files=[SimpleUploadedFile("計画.pdf", PDF)])

    assert client.get(of(own, "discard/")).status_code == 302
    client.post(of(own, "discard/"))

    assert not ReplyDraft.objects.exists()
    assert not DraftFile.objects.exists()


def test_a_file_of_another_type_is_refused_and_the_words_stay(
    client: Client, officer: User, own: Consultation
) -> None:
    page = SimpleUploadedFile("page.html", b"<script>alert(1)</script>", "text/html")

    response = client.post(of(own), {"version": own.version, "message": "残る文。", "files": [page]})

    assert response.status_code == 422
    assert "残る文。" in response.content.decode()
    assert "page.html" in response.content.decode()
    assert not DraftFile.objects.exists()


@pytest.mark.usefixtures("no_scanner")
def test_what_cannot_be_looked_at_stays_out_and_the_words_stay(
    client: Client, officer: User, own: Consultation
) -> None:
    plan = SimpleUploadedFile("計画.pdf", PDF)

    response = client.post(of(own), {"version": own.version, "message": "残る文。", "files": [plan]})

    assert response.status_code == 422
    assert response.context["form"].errors.as_data()["files"][0].code == "unchecked"
    assert "残る文。" in response.content.decode()
    assert not DraftFile.objects.exists()


@pytest.mark.parametrize("contact", [{"may_mail": False}, {"email": ""}])
def test_whoever_must_not_be_mailed_is_not(
    contact: dict[str, object], client: Client, officer: User, own: Consultation
) -> None:
    type(own.contact).objects.filter(pk=own.contact.pk).update(**contact)

    response = client.post(of(own), {"version": own.version, "message": "送りたい文。"})

    assert response.status_code == 422
    assert "送りたい文。" in response.content.decode()
    assert not ReplyDraft.objects.exists()


def test_another_mail_than_the_one_shown_does_not_leave(
    client: Client, officer: User, own: Consultation
) -> None:
    write(client, own, "見せた文。")
    page = client.get(of(own, "mail/")).content.decode()
    shown = dict(re.findall(r'name="(version|seal)" value="([0-9a-f]+)"', page))
    write(client, own, "別の文。")

    response = client.post(of(own, "mail/"), shown)

    assert response.status_code == 422
    assert "別の文。" in response.content.decode()
    assert not OutgoingMail.objects.exists()


def test_one_press_sends_closes_and_leads_to_the_next(
    client: Client, officer: User, own: Consultation
) -> None:
    others = [
        ConsultationFactory(
            ward_centre=officer.ward_centre, in_progress=True, assignee=officer, due_at=None, kind=kind
        )
        for kind in ("run", "start")
    ]
    client.get("/ward/consultations/", {"kind": "start"})
    write(client, own)
    page = client.get(of(own, "mail/")).content.decode()
    shown = dict(re.findall(r'name="(version|seal)" value="([0-9a-f]+)"', page))

    typed = {"close": "1", "outcome": "answered", "outcome_text": "お伝えしました。"}
    response = client.post(of(own, "mail/"), {**shown, **typed})

    assert response.headers["Location"] == f"/ward/consultations/{others[1].reference}/"
    own.refresh_from_db()
    assert (own.status, OutgoingMail.objects.count()) == ("closed", 1)


def test_two_presses_send_one_mail(client: Client, officer: User, own: Consultation) -> None:
    write(client, own)
    pressed(client, own)

    assert client.post(of(own, "mail/"), {"version": own.version, "seal": "x"}).status_code == 302
    assert OutgoingMail.objects.count() == 1


def test_what_a_colleague_did_meanwhile_is_shown_before_it_leaves(
    client: Client, officer: User, own: Consultation
) -> None:
    write(client, own, "わたしの返事")
    page = client.get(of(own, "mail/")).content.decode()
    shown = dict(re.findall(r'name="(version|seal)" value="([0-9a-f]+)"', page))
    client.post(
        f"/ward/consultations/{own.reference}/wait/", {"version": own.version, "waiting_for": "person"}
    )

    response = client.post(of(own, "mail/"), shown)

    assert response.status_code == 409
    for words in ("わたしの返事", "返事待ち", "確かめたので"):
        assert words in response.content.decode()
    assert not OutgoingMail.objects.exists()
    assert pressed(client, own).status_code == 302
    assert OutgoingMail.objects.count() == 1


@pytest.mark.parametrize("version", ["x" * 30, "9" * 12, ""])
def test_a_made_up_version_is_taken_for_an_old_one(
    version: str, client: Client, officer: User, own: Consultation
) -> None:
    assert client.post(of(own), {"version": version, "message": "文"}).status_code == 302
    assert client.post(of(own, "mail/"), {"version": version, "seal": "x"}).status_code == 409


def test_other_offices_and_who_is_kept_out_write_no_reply(
    client: Client, officer: User, own: Consultation, elsewhere: Consultation
) -> None:
    LockOutFactory(consultation=own, user=officer)

    for consultation in (own, elsewhere):
        for page in ("", "mail/", "discard/"):
            response = client.post(of(consultation, page), {"version": 1, "message": "文"})
            assert response.status_code == 404
    assert not ReplyDraft.objects.exists()


def test_the_form_asks_as_much_for_three_canned_texts_and_files_as_for_one(
    client: Client, officer: User, own: Consultation
) -> None:
    def add(number: int) -> None:
        CannedReply.objects.create(title=f"文{number}", body="{centre}")
        write(client, own, files=[SimpleUploadedFile(f"{number}.pdf", PDF)])

    add(1)
    one = query_count(client, of(own))
    add(2)
    add(3)

    assert query_count(client, of(own)) == one <= 20


def test_the_mail_names_the_ward_centre_and_its_telephone(
    client: Client, officer: User, own: Consultation
) -> None:
    assert officer.ward_centre is not None

    page = client.get(write(client, own)).content.decode()

    assert f"担当の窓口：{officer.ward_centre.name}（電話 {officer.ward_centre.phone}）" in page
