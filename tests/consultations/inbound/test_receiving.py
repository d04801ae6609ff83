"""A mail comes in: kept first, then put where its signed address says, or left to staff. Nothing is lost."""

from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.fixtures import Settings

from accounts.models import User
from consultations.actions import links
from consultations.actions.inbound import fetching, filing, purging, receiving
from consultations.models import Attachment, Consultation, Entry, InboundFile, InboundMail, InboundOriginal
from consultations.rules import addresses
from kyodo import clock
from kyodo import files as kept
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbound.letters import ANSWERED, PDF, answer_to, letter
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, LockOutFactory

pytestmark = pytest.mark.django_db
State, Why = InboundMail.State, InboundMail.Why
Status = Consultation.Status


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def notes(consultation: Consultation) -> list[str]:
    return list(consultation.entries.filter(kind=Entry.Kind.NOTE).values_list("text", flat=True))


# ── What a person answers ────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_to_our_mail_comes_back_into_the_timeline() -> None:
    consultation = ConsultationFactory(waiting=True)

    mail = receiving.receive(answer_to(consultation))

    entry = consultation.entries.get()
    assert (entry.kind, entry.channel, entry.text, entry.by) == ("message", "mail", ANSWERED, None)
    assert (mail.state, mail.entry, mail.about, mail.why_queued) == (State.MATCHED, entry, consultation, "")
    assert "水曜はいかがでしょうか" in mail.text
    consultation.refresh_from_db()
    assert (consultation.status, consultation.unanswered_since is None) == (Status.IN_PROGRESS, False)
    assert notes(consultation) == []


@pytest.mark.parametrize(
    "written",
    [b"taro..yamada@docomo.ne.jp", b'"taro..yamada"@docomo.ne.jp', b'<"taro..yamada"@docomo.ne.jp>'],
)
def test_an_address_of_a_carrier_is_known_with_and_without_its_quotes(written: bytes) -> None:
    consultation = ConsultationFactory(waiting=True)
    consultation.contact.email = "taro..yamada@docomo.ne.jp"
    consultation.contact.save()

    mail = receiving.receive(
        answer_to(consultation, sender="who@example.jp").replace(b"who@example.jp", written)
    )

    assert (mail.state, mail.sender) == (State.MATCHED, "taro..yamada@docomo.ne.jp")
    assert notes(consultation) == []


def test_nobody_outside_is_mailed_because_a_mail_came() -> None:
    receiving.receive(answer_to(ConsultationFactory(closed=True)))
    receiving.receive(letter("はじめまして").as_bytes())

    assert not OutgoingMail.objects.exclude(kind="notices/one").exists()


def test_an_answer_to_a_closed_one_asks_for_reopening_and_keeps_the_date_to_ask() -> None:
    consultation = ConsultationFactory(closed=True, follow_up_on=clock.today() + timedelta(days=9))

    receiving.receive(answer_to(consultation, "ありがとうございました。"))

    before = consultation.follow_up_on
    consultation.refresh_from_db()
    assert (consultation.status, consultation.follow_up_on) == (Status.CLOSED, before)
    assert consultation.reopening_asked_at is not None


def test_an_answer_to_a_duplicate_is_written_where_it_goes_on(coordinator: User) -> None:
    goes_on, twice = ConsultationFactory(in_progress=True), ConsultationFactory()
    address = answer_to(twice)
    links.mark_duplicate(consultation=twice, version=1, of=goes_on, by=coordinator)

    mail = receiving.receive(address)

    assert (mail.about, goes_on.entries.get().text) == (goes_on, ANSWERED)
    assert not twice.entries.exists()


def test_an_answer_to_an_anonymised_one_waits_for_staff() -> None:
    consultation = ConsultationFactory(
        closed=True, subject="", text="", outcome_text="", anonymised_at=clock.now()
    )

    mail = receiving.receive(answer_to(consultation))

    assert (mail.state, mail.why_queued, mail.about) == (State.QUEUED, Why.ANONYMISED, consultation)
    assert not consultation.entries.exists()


def test_a_thank_you_without_a_word_is_still_a_message() -> None:
    consultation = ConsultationFactory(in_progress=True)

    receiving.receive(answer_to(consultation, "\n"))

    assert consultation.entries.get().text == "（本文のないメール）"


# ── Who sent it, and to which address ────────────────────────────────────────────────────────────────────────────


def test_another_sender_is_told_to_staff_and_to_nobody_else() -> None:
    """Whoever has the address has our mail; it may have been passed on."""
    consultation = ConsultationFactory(in_progress=True)

    receiving.receive(answer_to(consultation, sender="somebody@example.com"))

    (remark,) = notes(consultation)
    assert "別のアドレスから届いた" in remark
    assert "somebody@example.com" in remark
    assert [entry.text for entry in consultation.entries.public()] == [ANSWERED]


def test_the_address_of_their_account_is_known_as_well(citizen: User) -> None:
    consultation = ConsultationFactory(in_progress=True, person=citizen)

    receiving.receive(answer_to(consultation, sender=citizen.email.upper()))

    assert notes(consultation) == []


def forged(consultation: Consultation) -> str:
    local, _at, domain = addresses.reply_address(consultation).partition("@")
    return f"{local[:-4]}aaaa@{domain}"


def other_domain(consultation: Consultation) -> str:
    return addresses.reply_address(consultation).replace("localhost.localdomain", "example.com")


def bare(consultation: Consultation) -> str:
    return f"reply+{consultation.reference}@localhost.localdomain"


@pytest.mark.parametrize("address", [forged, other_domain, bare])
def test_an_address_that_somebody_made_up_leads_nowhere(address: object) -> None:
    consultation = ConsultationFactory(in_progress=True)

    mail = receiving.receive(letter(to=address(consultation)).as_bytes())  # type: ignore[operator]

    assert (mail.state, mail.why_queued, mail.about) == (State.QUEUED, Why.UNKNOWN, None)
    assert not consultation.entries.exists()


def test_a_signature_of_one_consultation_opens_no_other() -> None:
    one, other = ConsultationFactory(), ConsultationFactory()
    swapped = addresses.reply_address(one).replace(one.reference.lower(), other.reference.lower())

    assert receiving.receive(letter(to=swapped).as_bytes()).why_queued == Why.UNKNOWN


def test_an_address_signed_with_a_former_key_still_leads_home(settings: Settings) -> None:
    consultation = ConsultationFactory(in_progress=True)
    data = answer_to(consultation)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-key-" * 5

    assert receiving.receive(data).state == State.MATCHED


def test_the_envelope_tells_where_a_hidden_copy_goes() -> None:
    consultation = ConsultationFactory(in_progress=True)
    data = letter(to="someone@example.com", sender=consultation.contact.email).as_bytes()

    mail = receiving.receive(
        data, sender=consultation.contact.email, recipient=addresses.reply_address(consultation)
    )

    assert (mail.state, mail.about) == (State.MATCHED, consultation)


def test_a_mail_to_two_consultations_is_decided_by_staff() -> None:
    one, other = ConsultationFactory(), ConsultationFactory()
    to = f"{addresses.reply_address(one)}, {addresses.reply_address(other)}"

    mail = receiving.receive(letter(to=to).as_bytes())

    assert (mail.state, mail.why_queued, mail.about) == (State.QUEUED, Why.SEVERAL, None)


# ── What no person wrote ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Auto_Submitted": "auto-replied"}, Why.AUTOMATIC),
        ({"Precedence": "auto-reply"}, Why.AUTOMATIC),
        ({"subject": "自動返信：ただいま不在です"}, Why.AUTOMATIC),
        ({"Precedence": "list", "sender": "group@lists.example.com"}, Why.AUTOMATIC),
        ({"sender": "MAILER-DAEMON@example.com"}, Why.BOUNCE),
    ],
)
def test_a_machine_reopens_nothing_and_waits_for_staff(headers: dict[str, str], why: str) -> None:
    consultation = ConsultationFactory(closed=True)

    mail = receiving.receive(answer_to(consultation, **headers))

    assert (mail.state, mail.why_queued, mail.about) == (State.QUEUED, why, consultation)
    consultation.refresh_from_db()
    assert (consultation.reopening_asked_at, consultation.entries.count()) == (None, 0)


def test_our_own_mail_come_back_is_put_aside() -> None:
    consultation = ConsultationFactory(closed=True)

    mail = receiving.receive(answer_to(consultation, sender=settings.DEFAULT_FROM_EMAIL))

    assert (mail.state, mail.why_queued) == (State.IGNORED, Why.LOOP)
    assert not consultation.entries.exists()


def test_a_machine_that_answers_nothing_of_ours_is_put_aside() -> None:
    assert receiving.receive(letter(Auto_Submitted="auto-replied").as_bytes()).state == State.IGNORED


@pytest.mark.parametrize(
    "headers",
    [
        {"Precedence": "list"},
        {"Feedback_ID": "1:mail:x"},
        {"List_Unsubscribe": "<mailto:x@example.jp>"},
        {"subject": "自動送信メールについて"},
    ],
)
def test_what_may_be_a_person_is_never_put_aside_unseen(headers: dict[str, str]) -> None:
    """Companies' mail servers and groups' lists write such headers around what people say."""
    known = ConsultationFactory(in_progress=True)

    stranger = receiving.receive(letter("はじめまして", **headers).as_bytes())
    answer = receiving.receive(answer_to(known, **headers))

    assert (stranger.state, stranger.why_queued) == (State.QUEUED, Why.UNKNOWN)
    assert answer.state != State.IGNORED


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_files_come_along_and_what_we_do_not_take_stays_with_the_mail() -> None:
    consultation = ConsultationFactory(in_progress=True)
    files = (
        ("会則.pdf", PDF, "application/pdf"),
        ("../../名簿.html", b"<script>alert(1)</script>", "text/html"),
        ("写真.pdf", b"MZ\x90\x00 not a pdf", "application/pdf"),
    )

    mail = receiving.receive(answer_to(consultation, "資料を送ります。", files=files))

    entry = consultation.entries.get(kind=Entry.Kind.MESSAGE)
    assert [file.name for file in entry.attachments.all()] == ["会則.pdf"]
    assert [file.name for file in mail.files.all()] == ["名簿.html", "写真.pdf"]
    assert all(file.file.name.endswith(".bin") for file in mail.files.all())
    (remark,) = notes(consultation)
    assert "名簿.html、写真.pdf" in remark


def test_an_officer_of_a_ward_is_told_to_ask_for_the_file_again() -> None:
    """Files that nobody has looked at are for the centre's staff, who must not read what belongs to the ward."""
    consultation = ConsultationFactory(in_progress=True, ward_centre=WardCentreFactory())
    files = (("表.xls", b"\xd0\xcf", "application/vnd.ms-excel"),)

    mail = receiving.receive(answer_to(consultation, "表です。", files=files))

    (remark,) = notes(consultation)
    assert "送り直して" in remark
    assert (mail.state, consultation.entries.get(kind="message").text) == (State.MATCHED, "表です。")


def test_one_file_that_nobody_foresaw_takes_no_other_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_once(data: bytes, *arguments: object) -> object:
        if b"odd" in data:
            raise RuntimeError
        return usual(data, *arguments)

    usual = kept.puremagic.magic_string
    monkeypatch.setattr(kept.puremagic, "magic_string", breaks_once)
    consultation = ConsultationFactory(in_progress=True)
    files = (("odd.png", b"odd", "image/png"), ("会則.pdf", PDF, "application/pdf"))

    mail = receiving.receive(answer_to(consultation, "資料です。", files=files))

    assert [file.name for file in Attachment.objects.all()] == ["会則.pdf"]
    assert [file.name for file in mail.files.all()] == ["odd.png"]
    assert "壊れていて開けないので" in notes(consultation)[0]


def test_no_file_stays_on_disk_where_the_mail_could_not_be_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(Path(settings.MEDIA_ROOT).rglob("*"))
    consultation = ConsultationFactory(in_progress=True)
    files = (("会則.pdf", PDF, "application/pdf"), ("a.exe", b"MZ", "application/x-exe"))
    monkeypatch.setattr(filing, "note", lambda *_arguments: 1 / 0)

    mail = receiving.receive(answer_to(consultation, "資料です。", files=files))

    assert mail.why_queued == Why.UNREAD
    assert {path for path in Path(settings.MEDIA_ROOT).rglob("*.*") if path.is_file()} <= before


def test_a_long_name_fits_and_hinders_nothing() -> None:
    consultation = ConsultationFactory(in_progress=True)
    files = (("あ" * 117 + ".pdf", PDF, "application/pdf"), ("い" * 130 + ".exe", b"MZ", "application/x-exe"))

    mail = receiving.receive(answer_to(consultation, "資料です。", files=files))

    assert [file.name for file in Attachment.objects.all()] == ["あ" * 116 + ".pdf"]
    assert [file.name for file in mail.files.all()] == ["い" * 116 + ".exe"]


def test_files_beyond_five_stay_with_the_mail() -> None:
    consultation = ConsultationFactory(in_progress=True)
    files = tuple((f"{number}.pdf", PDF, "application/pdf") for number in range(7))

    mail = receiving.receive(answer_to(consultation, "資料", files=files))

    assert (Attachment.objects.count(), mail.files.count()) == (5, 2)


def test_a_file_that_is_too_large_stays_with_the_mail() -> None:
    consultation = ConsultationFactory(in_progress=True)
    large = PDF + b"\x00" * (20 * 1024 * 1024)

    mail = receiving.receive(answer_to(consultation, "資料", files=(("大.pdf", large, "application/pdf"),)))

    assert (mail.state, Attachment.objects.count(), mail.files.get().size) == (State.MATCHED, 0, len(large))


def test_of_a_mail_larger_than_any_provider_passes_on_the_beginning_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(receiving, "MOST_BYTES", 10_000)
    monkeypatch.setattr(receiving, "BEGINNING", 3_000)
    consultation = ConsultationFactory(in_progress=True)

    mail = receiving.receive(
        answer_to(consultation, "大きなメール\n", files=(("a.pdf", PDF * 500, "application/pdf"),))
    )

    assert (mail.state, mail.why_queued, mail.about) == (State.QUEUED, Why.TOO_BIG, consultation)
    assert mail.text.startswith("大きなメール")
    assert mail.size > 10_000


def test_a_long_mail_is_cut_in_the_timeline_and_whole_in_its_row() -> None:
    consultation = ConsultationFactory(in_progress=True)

    mail = receiving.receive(answer_to(consultation, "あ" * 9000))

    assert len(consultation.entries.get(kind="message").text) == Entry.LONGEST
    assert len(mail.text) == 9000
    assert "長いメール" in notes(consultation)[0]


# ── Never lost, never twice ──────────────────────────────────────────────────────────────────────────────────────


def test_the_same_mail_given_twice_is_kept_once() -> None:
    consultation = ConsultationFactory(in_progress=True)
    data = answer_to(consultation)

    first, second = receiving.receive(data), receiving.receive(b"Received: again\n" + data)

    assert (first.pk, InboundMail.objects.count()) == (second.pk, 1)
    assert consultation.entries.count() == 1


def test_a_mail_that_breaks_our_reading_is_kept_as_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    consultation = ConsultationFactory(in_progress=True)
    data = answer_to(consultation)

    def broken(*_arguments: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(filing, "put", broken)
        mail = receiving.receive(data)

    assert (mail.state, mail.why_queued) == (State.QUEUED, Why.UNREAD)
    assert bytes(InboundOriginal.objects.get().content) == data
    assert not consultation.entries.exists()

    assert receiving.read_again() == 1
    mail.refresh_from_db()
    assert (mail.state, consultation.entries.count()) == (State.MATCHED, 1)


def test_a_mail_that_stays_unreadable_is_left_to_staff() -> None:
    mail = receiving.receive(letter().as_bytes())
    InboundMail.objects.update(why_queued=Why.UNREAD, received_at=clock.now() - timedelta(hours=1))

    assert receiving.read_again() == 0
    mail.refresh_from_db()
    assert mail.why_queued == Why.UNREAD


def test_a_message_object_is_taken_like_its_bytes() -> None:
    message: EmailMessage = letter("はじめまして")

    assert receiving.receive(message).text == "はじめまして"


# ── The folder ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_files_dropped_into_the_folder_are_taken_in(settings: Settings, tmp_path: Path) -> None:
    settings.INBOUND_DIRECTORY = tmp_path
    consultation = ConsultationFactory(in_progress=True)
    (tmp_path / "1.eml").write_bytes(answer_to(consultation))
    (tmp_path / "half-written.tmp").write_bytes(b"From: a")

    assert fetching.take_from_directory() == 1

    assert consultation.entries.get().text == ANSWERED
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")) == [
        "done/1.eml",
        "half-written.tmp",
    ]
    (tmp_path / "1.eml").write_bytes(letter("別のメール").as_bytes())
    fetching.take_from_directory()
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["1-2.eml", "1.eml"]


def test_what_could_not_be_read_goes_to_a_folder_of_its_own(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.INBOUND_DIRECTORY = tmp_path
    (tmp_path / "1.eml").write_bytes(letter().as_bytes())
    monkeypatch.setattr(filing, "read", lambda _inbound: 1 / 0)

    fetching.take_from_directory()

    assert (tmp_path / "failed" / "1.eml").exists()
    assert InboundMail.objects.get().why_queued == Why.UNREAD


def test_no_folder_is_no_fault(settings: Settings, tmp_path: Path) -> None:
    settings.INBOUND_DIRECTORY = tmp_path / "none"

    assert fetching.take_from_directory() == 0


# ── Who sees it, and for how long ────────────────────────────────────────────────────────────────────────────────


def test_who_sees_a_mail(reception: User, coordinator: User, citizen: User, ward_officer: User) -> None:
    waiting = receiving.receive(letter("はじめまして").as_bytes())
    placed = receiving.receive(answer_to(ConsultationFactory(in_progress=True)))
    elsewhere = receiving.receive(
        answer_to(ConsultationFactory(in_progress=True, ward_centre=ward_officer.ward_centre))
    )

    seen = InboundMail.objects.visible_to
    assert set(seen(reception)) == {waiting, placed}
    assert not seen(citizen).exists()
    assert set(seen(ward_officer)) == {elsewhere}
    LockOutFactory(consultation=placed.about, user=coordinator)
    assert set(seen(coordinator)) == {waiting}
    assert elsewhere.state == State.MATCHED


def test_a_mail_about_a_consultation_is_hidden_from_whoever_is_kept_out_of_it(coordinator: User) -> None:
    consultation = ConsultationFactory(closed=True)
    LockOutFactory(consultation=consultation, user=coordinator)
    mail = receiving.receive(answer_to(consultation, Auto_Submitted="auto-replied"))

    assert mail.state == State.QUEUED
    assert not InboundMail.objects.visible_to(coordinator).exists()


def test_old_mails_are_emptied_but_for_those_that_wait(django_capture_on_commit_callbacks: object) -> None:
    consultation = ConsultationFactory(in_progress=True)
    placed = receiving.receive(answer_to(consultation, files=(("a.exe", b"MZ", "application/x-exe"),)))
    waiting = receiving.receive(letter("はじめまして").as_bytes())
    stored = Path(settings.MEDIA_ROOT) / placed.files.get().file.name
    assert stored.exists()

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert purging.purge(before=clock.now() + timedelta(seconds=1)) == 1

    placed.refresh_from_db()
    waiting.refresh_from_db()
    assert (placed.text, placed.sender, placed.recipient, placed.subject) == ("", "", "", "")
    assert (placed.purged_at is not None, waiting.purged_at, waiting.text) == (True, None, "はじめまして")
    assert [original.pk for original in InboundOriginal.objects.all()] == [waiting.pk]
    assert not InboundFile.objects.exists()
    assert not stored.exists()
    assert consultation.entries.filter(text=ANSWERED).exists()


def test_mails_of_a_forgotten_consultation_go_at_once() -> None:
    consultation, other = ConsultationFactory(in_progress=True), ConsultationFactory(in_progress=True)
    gone, kept = receiving.receive(answer_to(consultation)), receiving.receive(answer_to(other))

    assert purging.forget_consultations([consultation]) == 1

    gone.refresh_from_db()
    kept.refresh_from_db()
    assert (gone.text, bool(kept.text)) == ("", True)
