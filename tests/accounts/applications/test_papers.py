"""Papers: what is taken by its content, what is not, who may read them."""

import contextlib
import io
import zipfile
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from accounts.actions import applications as actions
from accounts.actions.applications.papers import Paper
from accounts.models import Application, Document, User
from accounts.queries import bylaws
from accounts.rules import applications as rules
from accounts.rules import papers
from kyodo import clock, files
from kyodo.mail.models import OutgoingMail
from tests.accounts.applications.conftest import pdf, photo, word
from tests.factories.accounts import ApplicationFactory, GroupFactory, hearing_slots
from tests.factories.centre import usual_week

pytestmark = pytest.mark.django_db


def add(application: Application, *files: Any, by: User | None = None) -> list[Document]:
    actions.add_documents(
        application=application,
        papers=[Paper("bylaws", papers.accept_paper(file)) for file in files],
        version=application.version,
        by=by or application.applicant,
    )
    return list(application.documents.order_by("pk"))


def file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name, content in members.items():
            package.writestr(name, content)
    return out.getvalue()


WORD = {"[Content_Types].xml": b"", "word/document.xml": b""}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("会則.pdf", b"MZ\x90\x00 program"),
        ("会則.pdf", b"<html><script>alert(1)</script></html>"),
        ("会則.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
        ("会則.pdf", b"PK\x03\x04 no archive"),
        ("会則.docx", zipped(**{"a.txt": b"a"})),
        ("会則.doc", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600),
        ("会則.gif", b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!"),
        ("会則.jpg", b"\xff\xd8\xff\xe0 broken"),
        ("会則.pdf.exe", b"\x7fELF"),
    ],
)
def test_wrong_content_is_refused_whatever_it_calls_itself(name: str, content: bytes) -> None:
    with pytest.raises(ValidationError) as refusal:
        add(ApplicationFactory(), file(name, content))

    assert refusal.value.code == "file_type"
    assert not Document.objects.exists()


def test_a_document_with_macros_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        add(ApplicationFactory(), file("会則.docx", zipped(**WORD, **{"word/vbaProject.bin": b"macro"})))

    assert refusal.value.code == "file_macros"


def test_name_and_claimed_type_decide_nothing() -> None:
    documents = add(
        ApplicationFactory(), SimpleUploadedFile("会則.exe", pdf().read(), "application/x-msdownload")
    )

    assert (documents[0].filename, documents[0].content_type) == ("会則.pdf", files.PDF)
    assert str(documents[0].file.name).endswith(".pdf")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\windows\\system.ini", "system.pdf"),
        ("会則\r\nSet-Cookie: a=b.pdf", "会則Set-Cookie a=b.pdf"),
        ('<img src="x">.pdf', "img src=x.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
        ("....", "書類.pdf"),
    ],
)
def test_names_lose_folders_and_signs_that_do_harm(name: str, kept: str) -> None:
    upload = pdf()
    upload._name = name  # as a client that does not go through Django's own cleaning would send it

    document = add(ApplicationFactory(), upload)[0]

    assert document.filename == kept
    assert ".." not in str(document.file.name)
    assert str(document.file.name).startswith("documents/")


def test_too_big_a_file_is_refused() -> None:
    large = pdf()
    large.size = files.MAX_BYTES + 1

    with pytest.raises(ValidationError) as refusal:
        add(ApplicationFactory(), large)

    assert refusal.value.code == "file_size"


def test_picture_with_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files.MAX_PIXELS, "JPEG", 100)

    with pytest.raises(ValidationError) as refusal:
        add(ApplicationFactory(), photo())

    assert refusal.value.code == "file_pixels"


def test_truncated_picture_is_refused_without_a_trace() -> None:
    whole = photo().read()

    with pytest.raises(ValidationError) as refusal:
        add(ApplicationFactory(), file("会則.jpg", whole[: len(whole) // 2]))

    assert refusal.value.code in ("file_broken", "file_type")
    assert not Document.objects.exists()


def test_pictures_forget_where_they_were_taken() -> None:
    document = add(ApplicationFactory(), photo())[0]

    with document.file.open() as stored:
        content = stored.read()
    with Image.open(io.BytesIO(content)) as picture:
        assert not picture.getexif()
    assert b"SecretCamera" not in content


def test_at_most_twelve_papers() -> None:
    application = ApplicationFactory()

    with pytest.raises(ValidationError) as refusal:
        add(application, *(pdf(f"{number}.pdf") for number in range(13)))

    assert refusal.value.code == "too_many_files"


def test_only_the_applicant_adds_and_only_while_it_can_be_edited(citizen: User, coordinator: User) -> None:
    draft, sent = ApplicationFactory(), ApplicationFactory(submitted=True)

    for application, by in ((draft, citizen), (draft, coordinator), (sent, sent.applicant)):
        with pytest.raises(PermissionDenied):
            add(application, pdf(), by=by)


def test_staff_add_papers_to_an_application_on_paper(reception: User) -> None:
    assert add(ApplicationFactory(paper=True), word(), by=reception)[0].content_type == files.DOCX


def test_paper_of_another_application_is_not_removed() -> None:
    mine, other = ApplicationFactory(), ApplicationFactory()
    document = add(other, pdf())[0]

    with pytest.raises(PermissionDenied):
        actions.remove_document(document=document, application=mine, version=mine.version, by=mine.applicant)


def test_paper_becomes_the_groups_own_on_approval(coordinator: User) -> None:
    application = ApplicationFactory(returned=True, met=True)
    document = add(application, pdf())[0]
    Application.objects.filter(pk=application.pk).update(status="submitted")

    application.refresh_from_db()
    approved = actions.approve_application(
        application=application, version=application.version, by=coordinator
    )

    document.refresh_from_db()
    assert document.group == approved.group


# ── Downloads ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("citizen", 404),
        ("other_representative", 404),
        ("member", 404),
        ("ward_officer", 404),
        ("booking_manager", 200),
        ("representative", 200),
        ("reception", 200),
        ("coordinator", 200),
    ],
)
def test_papers_of_a_group_are_read_by_those_who_act_for_it_and_staff(
    who: str, status: int, request: pytest.FixtureRequest, client: Client
) -> None:
    group = request.getfixturevalue("group")
    application = ApplicationFactory(returned=True)
    document = add(application, pdf())[0]
    Document.objects.filter(pk=document.pk).update(group=group)
    client.force_login(request.getfixturevalue(who))

    with contextlib.closing(client.get(reverse("document", args=[document.pk]))) as response:
        assert response.status_code == status


def test_papers_of_a_draft_are_for_the_applicant_alone(client: Client, manager: User) -> None:
    application = ApplicationFactory()
    address = reverse("document", args=[add(application, pdf())[0].pk])

    assert client.get(address).status_code == 302
    client.force_login(manager)
    assert client.get(address).status_code == 404
    client.force_login(application.applicant)
    response = client.get(address)
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert b"".join(response).startswith(b"%PDF-")
    response.close()


def test_lost_file_is_not_found_rather_than_an_error(client: Client) -> None:
    application = ApplicationFactory()
    document = add(application, pdf())[0]
    document.file.storage.delete(str(document.file.name))
    client.force_login(application.applicant)

    assert client.get(reverse("document", args=[document.pk])).status_code == 404


# ── The model bylaws ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("centre")
def test_model_bylaws_are_for_everybody_as_page_and_word_file(client: Client) -> None:
    assert "第1条" in client.get(reverse("model_bylaws")).content.decode()
    content = client.get(reverse("model_bylaws_file")).content

    assert files.judge(SimpleUploadedFile("a", content)) == files.DOCX
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        assert "第1条" in package.read("word/document.xml").decode()
    assert content == bylaws.as_word()


@pytest.mark.usefixtures("centre")
@pytest.mark.parametrize(
    ("who", "status"), [("citizen", 404), ("other_representative", 404), ("member", 200), ("reception", 200)]
)
def test_card_is_for_the_groups_people_and_staff(
    who: str, status: int, request: pytest.FixtureRequest, client: Client
) -> None:
    group = request.getfixturevalue("group")
    client.force_login(request.getfixturevalue(who))

    response = client.get(reverse("group_card", args=[group.number]))

    assert response.status_code == status
    if status == 200:
        page = response.content.decode()
        assert group.number in page
        assert 'src="data:image/svg+xml' in page


@pytest.mark.usefixtures("centre")
def test_card_of_an_expired_group_says_so(client: Client, representative: User) -> None:
    group = GroupFactory(expired=True, representative=representative)
    client.force_login(representative)

    page = client.get(reverse("group_card", args=[group.number])).content.decode()

    assert "期限切れ" in page
    assert "いまは、このカードでは場所を利用できません" in page


# ── After it was sent ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_new_paper_replaces_the_returned_one_and_both_are_kept(client: Client, coordinator: User) -> None:
    application = ApplicationFactory()
    before = add(application, pdf("古い会則.pdf"))[0]
    Application.objects.filter(pk=application.pk).update(
        status="returned", submitted_at=clock.now(), reason="第2条", version=9
    )
    application.refresh_from_db()

    add(application, pdf("新しい会則.pdf"))

    before.refresh_from_db()
    assert before.replaced_at is not None
    assert [one.filename for one in application.documents.current()] == ["新しい会則.pdf"]
    Application.objects.filter(pk=application.pk).update(status="submitted")
    client.force_login(coordinator)
    page = client.get(reverse("admin:accounts_application_change", args=[application.pk])).text
    assert page.count("差し替え前") == 1
    assert "古い会則.pdf" in page


def test_a_handed_in_paper_that_is_taken_out_is_kept_for_staff() -> None:
    application = ApplicationFactory()
    document = add(application, pdf())[0]
    Application.objects.filter(pk=application.pk).update(
        status="returned", submitted_at=clock.now(), reason="第2条"
    )
    application.refresh_from_db()

    actions.remove_document(
        document=document, application=application, version=application.version, by=application.applicant
    )

    document.refresh_from_db()
    assert document.replaced_at is not None
    assert document.file.storage.exists(str(document.file.name))


@pytest.fixture
def sent(client: Client) -> Application:
    usual_week()
    application = ApplicationFactory(submitted=True, complete=True)
    client.force_login(application.applicant)
    return application


def test_a_paper_and_other_times_are_added_after_sending(
    client: Client, sent: Application, coordinator: User
) -> None:
    address = reverse("application_more", args=[sent.reference])
    wishes = hearing_slots(6)[3:]
    times = {
        f"wish_{rank}_{part}": f"{clock.local(wish):{shape}}"
        for rank, wish in enumerate(wishes, start=1)
        for part, shape in ((0, "%Y-%m-%d"), (1, "%H:%M"))
    }

    assert address in client.get(sent.get_absolute_url()).text
    answer = client.post(address, {"version": sent.version, "plan": pdf("計画.pdf"), **times})

    assert answer.url == sent.get_absolute_url()
    assert [one.filename for one in sent.documents.all()] == ["計画.pdf"]
    assert [wish.begins_at for wish in sent.hearing_wishes.all()] == wishes
    assert OutgoingMail.objects.get(kind="notices/one").to == coordinator.email


def test_two_of_three_times_are_asked_for_and_nothing_is_changed(client: Client, sent: Application) -> None:
    wish = clock.local(hearing_slots(6)[5])
    typed = {"wish_1_0": f"{wish:%Y-%m-%d}", "wish_1_1": f"{wish:%H:%M}"}

    answer = client.post(
        reverse("application_more", args=[sent.reference]), {"version": sent.version} | typed
    )

    assert set(answer.context["form"].errors) == {"wish_2", "wish_3"}
    assert f"{wish:%Y-%m-%d}" in answer.text
    assert [one.begins_at for one in sent.hearing_wishes.all()] == hearing_slots()


@pytest.mark.parametrize("status", ["draft", "approved", "rejected", "withdrawn"])
def test_nothing_is_added_to_what_the_centre_does_not_have(status: str) -> None:
    application = ApplicationFactory()
    application.status = status

    assert not rules.can_add_to(application.applicant, application)
