"""Files of mails and the scanner: the words always arrive, a file only once it was seen to be clean."""

import logging
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import User
from consultations.actions.inbound import placing, receiving
from consultations.models import Attachment, Consultation, Entry, InboundMail, Reading
from kyodo import clock
from tests.consultations.inbound.letters import PDF, answer_to, letter
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, LockOutFactory
from tests.scanner import INFECTED_PDF, Scanner

pytestmark = pytest.mark.django_db
State, Why = InboundMail.State, InboundMail.Why
GOOD = ("計画.pdf", PDF, "application/pdf")
BAD = ("請求書.pdf", INFECTED_PDF, "application/pdf")
OTHER = ("表.xls", b"\xd0\xcf\x11\xe0", "application/vnd.ms-excel")


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def come(consultation: Consultation, *files: tuple[str, bytes, str]) -> InboundMail:
    return receiving.receive(answer_to(consultation, "資料です。", files=files))


def later(mail: InboundMail, minutes: int) -> None:
    """So many minutes after it came, the job looks once more."""
    InboundMail.objects.update(received_at=clock.now() - timedelta(minutes=minutes))
    receiving.read_again()
    mail.refresh_from_db()


def message_of(consultation: Consultation) -> Entry:
    return consultation.entries.get(kind=Entry.Kind.MESSAGE)


def note_of(consultation: Consultation) -> str:
    return consultation.entries.get(kind=Entry.Kind.NOTE).text


# ── Infected ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("scanner")
def test_an_infected_file_stays_with_the_mail_and_the_rest_comes_along() -> None:
    consultation = ConsultationFactory(in_progress=True)

    mail = come(consultation, GOOD, BAD, OTHER)

    assert (mail.state, message_of(consultation).text) == (State.MATCHED, "資料です。")
    assert Attachment.objects.get().name == "計画.pdf"
    assert [file.name for file in mail.files.all()] == ["請求書.pdf", "表.xls"]
    virus, other = note_of(consultation).splitlines()
    assert "ウイルスが見つかった" in virus
    assert virus.endswith("請求書.pdf")
    assert other.endswith("表.xls")


@pytest.mark.usefixtures("scanner")
def test_an_officer_of_a_ward_is_told_of_a_virus_too() -> None:
    consultation = ConsultationFactory(in_progress=True, ward_centre=WardCentreFactory())

    come(consultation, BAD)

    assert "ウイルスが見つかったので、受け取りませんでした" in note_of(consultation)
    assert "届いたメール" not in note_of(consultation)


# ── Away ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mail_waits_for_a_scanner_that_starts_again_and_comes_in_whole(
    settings: Settings, scanner: Scanner, caplog: pytest.LogCaptureFixture
) -> None:
    consultation = ConsultationFactory(in_progress=True)
    settings.CLAMAV = ("127.0.0.1", 1)
    mail = come(consultation, GOOD)
    assert (mail.state, mail.why_queued, consultation.entries.count()) == (State.QUEUED, Why.UNREAD, 0)
    assert "waits for the scanner" in caplog.text
    assert "Traceback" not in caplog.text

    settings.CLAMAV = scanner.address
    later(mail, minutes=1)

    assert (mail.state, mail.files.count()) == (State.MATCHED, 0)
    assert message_of(consultation).attachments.get().name == "計画.pdf"
    assert not consultation.entries.filter(kind=Entry.Kind.NOTE).exists()


@pytest.mark.usefixtures("no_scanner")
def test_meanwhile_it_waits_with_the_office_that_has_the_consultation(
    ward_officer: User, coordinator: User, reception: User
) -> None:
    """Unread it lay in the centre's queue, where anybody could save the original of what a ward was told."""
    of_ward = come(ConsultationFactory(in_progress=True, ward_centre=ward_officer.ward_centre), GOOD)
    of_centre = ConsultationFactory(in_progress=True)
    LockOutFactory(consultation=of_centre, user=reception)
    here = come(of_centre, GOOD)

    assert {one.why_queued for one in (of_ward, here)} == {Why.UNREAD}
    seen = [set(InboundMail.objects.visible_to(user)) for user in (ward_officer, coordinator, reception)]
    assert seen == [{of_ward}, {here}, set()]


@pytest.mark.usefixtures("no_scanner")
@pytest.mark.parametrize(("minutes", "state"), [(9, State.QUEUED), (11, State.MATCHED)])
def test_after_ten_minutes_the_words_go_in_without_the_file(minutes: int, state: str) -> None:
    mail = come(ConsultationFactory(in_progress=True), GOOD, BAD)

    later(mail, minutes)

    assert mail.state == state


@pytest.mark.usefixtures("no_scanner")
@pytest.mark.parametrize("is_here", [True, False])
def test_whoever_reads_the_words_is_told_why_the_file_is_missing(is_here: bool) -> None:
    office = None if is_here else WardCentreFactory()
    consultation = ConsultationFactory(in_progress=True, ward_centre=office)
    mail = come(consultation, GOOD)

    later(mail, minutes=11)

    assert [file.name for file in mail.files.all()] == ["計画.pdf"]
    assert "ウイルスがないか確かめられなかった" in note_of(consultation)
    assert ("届いたメール" in note_of(consultation)) == is_here
    assert not Attachment.objects.exists()


@pytest.mark.usefixtures("no_scanner")
def test_a_mail_without_files_waits_for_nobody() -> None:
    assert receiving.receive(answer_to(ConsultationFactory(in_progress=True))).state == State.MATCHED


def test_a_silent_scanner_is_waited_for_once_a_mail(scanner: Scanner, settings: Settings) -> None:
    scanner.answer, settings.CLAMAV_SECONDS = b"", 0.05
    mail = come(ConsultationFactory(in_progress=True), GOOD, GOOD, GOOD)

    later(mail, minutes=11)

    assert len(scanner.seen) == 2
    assert mail.files.count() == 3


@pytest.mark.usefixtures("no_scanner")
def test_staff_place_a_mail_at_once_and_the_file_stays_with_it(reception: User) -> None:
    mail = receiving.receive(letter("はじめまして", files=(GOOD,)).as_bytes())
    consultation = ConsultationFactory(in_progress=True)

    placing.place(inbound=mail, seen=mail.state, consultation=consultation, by=reception)

    mail.refresh_from_db()
    assert (mail.state, mail.files.get().name) == (State.MATCHED, "計画.pdf")
    assert "確かめられなかった" in note_of(consultation)


# ── Saving ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def staff(client: Client, reception: User) -> Client:
    client.force_login(reception)
    return client


def save(client: Client, mail: InboundMail, name: str) -> tuple[int, str]:
    """The status, and the page that follows where the file is kept back."""
    url = reverse("admin:consultations_inbound_file", args=[mail.files.get(name=name).pk])
    response = client.get(url)
    if response.status_code == 200:
        return 200, b"".join(response.streaming_content).decode(errors="replace")
    return response.status_code, client.get(response["Location"]).content.decode()


def test_a_file_that_waits_is_looked_at_when_it_is_saved(staff: Client, scanner: Scanner) -> None:
    mail = receiving.receive(letter(files=(GOOD, BAD)).as_bytes())
    assert scanner.seen == []

    status, page = save(staff, mail, "請求書.pdf")

    assert save(staff, mail, "計画.pdf") == (200, PDF.decode())
    assert (status, "「請求書.pdf」からウイルスが見つかったので、保存できません。" in page) == (302, True)


@pytest.mark.usefixtures("no_scanner")
def test_no_file_that_waits_is_saved_while_the_scanner_is_down(staff: Client) -> None:
    mail = receiving.receive(letter(files=(GOOD,)).as_bytes())

    status, page = save(staff, mail, "計画.pdf")

    assert (status, "いまは「計画.pdf」にウイルスがないか確かめられません。" in page) == (302, True)


@pytest.mark.usefixtures("scanner")
def test_a_file_kept_back_is_no_file_that_was_read(staff: Client) -> None:
    mail = come(ConsultationFactory(in_progress=True), BAD)

    save(staff, mail, "請求書.pdf")

    assert not Reading.objects.filter(what=Reading.What.FILE).exists()


@pytest.mark.usefixtures("scanner")
def test_the_original_is_given_out_as_it_came_with_a_warning_beside_it(staff: Client) -> None:
    mail = receiving.receive(letter(files=(BAD,)).as_bytes())

    page = staff.get(reverse("admin:consultations_inbound_mail", args=[mail.pk])).content.decode()

    assert "メールソフトで添付を開かないでください" in page
    assert staff.get(reverse("admin:consultations_inbound_original", args=[mail.pk])).status_code == 200


@pytest.mark.usefixtures("scanner")
def test_the_log_names_no_file_and_nobody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    come(ConsultationFactory(in_progress=True), BAD)

    assert "Eicar" in caplog.text
    assert "請求書" not in caplog.text
    assert "hanako" not in caplog.text
