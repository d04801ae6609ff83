import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.models import Attachment, Consultation, Entry, Introduction, Reading
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.centre import CentreFactory, SupportProgrammeFactory, WardCentreFactory
from tests.factories.consultations import ConsultationFactory, EntryFactory, LockOutFactory

pytestmark = pytest.mark.django_db

EMAIL = "hanako@example.jp"


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()


@pytest.fixture
def page(sign_in: Callable[[User], Client], manager: User) -> Callable[..., Any]:
    client = sign_in(manager)
    # Shown once more who they are, as the export asks.
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})

    def send(**typed: Any) -> Any:
        address = reverse("admin:consultations_person_export")
        if "export" in typed and "theirs" not in typed:
            looked_for = {name: value for name, value in typed.items() if name != "export"}
            # Everything that is found is ticked.
            typed["theirs"] = [one.pk for one in client.post(address, looked_for).context["found"]]
        return client.post(address, typed)

    return send


def asked(email: str = EMAIL, **facts: Any) -> Consultation:
    one = ConsultationFactory(contact__email=email, **facts)
    EntryFactory(consultation=one, kind=Entry.Kind.MESSAGE, by=None, text="追加の質問です。")
    EntryFactory(consultation=one, kind=Entry.Kind.NOTE, text="職員だけのメモ")
    attachment = Attachment(consultation=one, name="計画.txt", content_type="text/plain", size=6)
    attachment.file.save("x.txt", ContentFile(b"a plan"), save=False)
    attachment.save()
    return one


def taken(response: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    files = {name: archive.read(name) for name in archive.namelist()}
    del files["document.html"], files["document.css"]
    return json.loads(files.pop("data.json")), files


def test_all_of_one_person_and_nothing_of_another(page: Callable[..., Any]) -> None:
    mine = [asked(), asked("Hanako@Example.JP", closed=True)]
    by_account = asked("", person=UserFactory(email=EMAIL))
    other = asked("jiro@example.jp")

    data, files = taken(page(email=EMAIL, is_identified="on", export="1"))

    assert {one["reference"] for one in data["consultations"]} == {
        one.reference for one in (*mine, by_account)
    }
    assert all(
        one["text"] and one["entries"][0]["text"] == "追加の質問です。" for one in data["consultations"]
    )
    assert sorted(files) == sorted(name for one in data["consultations"] for name in one["files"])
    assert set(files.values()) == {b"a plan"}
    assert len(files) == 3
    assert not any(other.reference in name for name in files)


@pytest.mark.parametrize(
    ("typed", "is_ticked"),
    [
        ({"phone": "045 123 4567"}, True),
        ({"phone": "０４５－１２３－４５６７"}, True),
        ({"name": "そうだん"}, False),
    ],
)
def test_who_has_no_address_is_found_by_number_or_name(
    page: Callable[..., Any], typed: dict[str, str], is_ticked: bool
) -> None:
    """By a name alone nothing is ticked: others have it too."""
    one = asked("")
    ConsultationFactory(
        contact__name="別の 人", contact__name_kana="べつの", contact__phone_digits="0312345678"
    )

    answer = page(**typed)

    assert [found.pk for found in answer.context["found"]] == [one.pk]
    assert answer.context["theirs"].initial["theirs"] == ([one.pk] if is_ticked else [])


def test_only_what_the_manager_says_is_theirs_leaves(page: Callable[..., Any]) -> None:
    theirs, namesake = asked("", contact__phone_digits="0311112222"), asked("")

    data, _files = taken(page(name="相談 花子", is_identified="on", export="1", theirs=[theirs.pk]))

    assert [one["reference"] for one in data["consultations"]] == [theirs.reference]
    assert page(name="相談 花子", is_identified="on", export="1", theirs=[]).status_code == 422
    other = asked(contact__name="ほかの 人", contact__name_kana="")
    answer = page(name="相談 花子", is_identified="on", export="1", theirs=[other.pk])
    assert answer.status_code == 422
    assert not Reading.objects.filter(consultation__in=[other, namesake]).exists()


def test_a_document_for_people_comes_along_with_the_times_of_tokyo(page: Callable[..., Any]) -> None:
    noon = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
    one = asked(received_at=noon, subject="<b>川辺</b>")

    response = page(email=EMAIL, is_identified="on", export="1")

    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    document, data = archive.read("document.html").decode(), json.loads(archive.read("data.json"))
    for words in (one.reference, one.text, "追加の質問です。", "2026年11月2日", "12:00", "&lt;b&gt;川辺"):
        assert words in document
    assert "職員だけのメモ" not in document
    assert data["consultations"][0]["received_at"] == "2026-11-02T12:00:00+09:00"
    links = re.findall(r'<a href="([^"]+)"', document)
    assert [unquote(link) for link in links] == data["consultations"][0]["files"]
    assert "@media print" in archive.read("document.css").decode()


def test_partners_and_programmes_they_were_told_of_leave_with_what_came_of_it(
    page: Callable[..., Any], manager: User
) -> None:
    one, programme = asked(), SupportProgrammeFactory(name="はじめの助成")
    for facts in ({"name": "みどりの会"}, {"name": programme.name, "programme": programme, "result": "used"}):
        Introduction.objects.create(consultation=one, reason="職員の見立て", by=manager, **facts)

    data, _files = taken(page(email=EMAIL, is_identified="on", export="1"))

    told = {row["name"]: row["result"] for row in data["consultations"][0]["introductions"]}
    assert told == {"みどりの会": "これから", "はじめの助成": "制度を利用した"}


def test_each_consultation_that_leaves_is_in_the_log(page: Callable[..., Any], manager: User) -> None:
    one, other = asked(), asked("jiro@example.jp")

    taken(page(email=EMAIL, is_identified="on", export="1"))

    reading = Reading.objects.get()
    assert (reading.consultation, reading.by, reading.what) == (one, manager, Reading.What.EXPORT)
    assert not Reading.objects.filter(consultation=other).exists()


def test_notes_leave_only_where_a_manager_says_so(page: Callable[..., Any]) -> None:
    asked()

    without, _files = taken(page(email=EMAIL, is_identified="on", export="1"))
    with_notes, _files = taken(page(email=EMAIL, is_identified="on", with_notes="on", export="1"))

    assert "職員だけのメモ" not in json.dumps(without, ensure_ascii=False)
    assert "職員だけのメモ" in json.dumps(with_notes, ensure_ascii=False)


def test_looking_for_them_gives_nothing_out_and_logs_nothing(page: Callable[..., Any]) -> None:
    one = asked()

    answer = page(email=EMAIL)

    assert answer.status_code == 200
    assert one.reference in answer.content.decode()
    assert "追加の質問です。" not in answer.content.decode()
    assert not Reading.objects.exists()


def test_whoever_proves_again_who_they_are_gets_all_that_was_ticked(
    sign_in: Callable[[User], Client], manager: User
) -> None:
    mine = [asked(), asked()]
    client = sign_in(manager)
    typed = {"email": EMAIL, "is_identified": "on", "export": "1", "theirs": [one.pk for one in mine]}

    led = client.post(reverse("admin:consultations_person_export"), typed)

    assert led.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert not Reading.objects.exists()
    data, _files = taken(client.post(led.headers["Location"], {"password": PASSWORD}))
    assert [one["reference"] for one in data["consultations"]] == [one.reference for one in mine]


def test_without_having_seen_who_asks_no_file_is_made(page: Callable[..., Any]) -> None:
    asked()

    answer = page(email=EMAIL, export="1")

    assert answer.status_code == 422
    assert "確かめてから" in answer.content.decode()
    assert not Reading.objects.exists()


def test_an_address_nobody_wrote_with_finds_nothing(page: Callable[..., Any]) -> None:
    asked()

    answer = page(email="nobody@example.jp", is_identified="on", export="1")

    assert answer.status_code == 200
    assert "見つかった相談：0件" in answer.content.decode()


@pytest.mark.parametrize("typed", [{}, {"email": ""}, {"email": "not an address"}])
def test_what_is_no_address_is_told_beside_the_field(page: Callable[..., Any], typed: dict[str, str]) -> None:
    assert page(x="1", **typed).status_code == 422


def test_what_the_manager_may_not_read_stays_out(page: Callable[..., Any], manager: User) -> None:
    asked(ward_centre=WardCentreFactory())
    LockOutFactory(consultation=asked(), user=manager)

    answer = page(email=EMAIL, is_identified="on", export="1")

    assert "見つかった相談：0件" in answer.content.decode()


def test_only_managers_open_it(sign_in: Callable[[User], Client], coordinator: User, reception: User) -> None:
    for user in (coordinator, reception):
        assert sign_in(user).get(reverse("admin:consultations_person_export")).status_code == 403


def test_what_somebody_else_wrote_on_the_page_of_a_duplicate_is_theirs_alone(
    page: Callable[..., Any],
) -> None:
    goes_on, theirs = asked(), asked("jiro@example.jp")
    passed_on = EntryFactory(
        consultation=goes_on, via=theirs, kind=Entry.Kind.MESSAGE, by=None, text="別の人の質問です。"
    )
    attachment = Attachment(
        consultation=goes_on, entry=passed_on, name="別.txt", content_type="text/plain", size=6
    )
    attachment.file.save("x.txt", ContentFile(b"theirs"), save=False)
    attachment.save()

    data, files = taken(page(email=EMAIL, is_identified="on", export="1"))
    their_data, their_files = taken(page(email="jiro@example.jp", is_identified="on", export="1"))

    assert "別の人の質問です。" not in json.dumps(data, ensure_ascii=False)
    assert b"theirs" not in files.values()
    assert "別の人の質問です。" in json.dumps(their_data, ensure_ascii=False)
    assert their_files[f"{theirs.reference}/{attachment.pk}-別.txt"] == b"theirs"
    assert set(their_files) == set(their_data["consultations"][0]["files"])
    assert goes_on.reference not in json.dumps(their_data)
