"""The queue of mails that no address could place, as staff work through it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions.inbound import placing, purging, receiving
from consultations.actions.intake import ContactDetails, Question
from consultations.models import Attachment, Consultation, Entry, InboundMail, Reading
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbound.letters import ANSWERED, PDF, answer_to, letter
from tests.counting import query_count
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, LockOutFactory

pytestmark = pytest.mark.django_db
State, Why = InboundMail.State, InboundMail.Why
STAFF = ("reception", "coordinator", "manager")
FILES = (("会則.pdf", PDF, "application/pdf"), ("表.xls", b"\xd0\xcf\x11\xe0", "application/vnd.ms-excel"))


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def mail() -> InboundMail:
    return receiving.receive(letter(files=FILES).as_bytes())


@pytest.fixture
def staff(client: Client, reception: User) -> Client:
    client.force_login(reception)
    return client


def step(name: str, mail: InboundMail) -> str:
    return reverse(f"admin:consultations_inbound_{name}", args=[mail.pk])


def messages_of(client: Client, url: str) -> str:
    return client.get(url).content.decode()


# ── The queue ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_queue_shows_what_waits_longest_first(staff: Client, mail: InboundMail) -> None:
    receiving.receive(letter("あとのメール", subject="あとの件名").as_bytes())

    page = staff.get(reverse("admin:consultations_inbound")).content.decode()

    assert page.index("Re: 【ご相談へのお返事】") < page.index("あとの件名")
    assert "宛先から相談が分からない" in page


def test_the_queue_asks_the_same_number_of_questions_for_one_mail_and_for_three(staff: Client) -> None:
    url = reverse("admin:consultations_inbound")
    receiving.receive(answer_to(ConsultationFactory(closed=True), Auto_Submitted="auto-replied"))
    one = query_count(staff, url)

    for _number in range(2):
        receiving.receive(answer_to(ConsultationFactory(closed=True), Auto_Submitted="auto-replied"))

    assert query_count(staff, url) == one <= 20


@pytest.mark.parametrize("state", ["queued", "ignored", "matched", "nonsense"])
def test_every_tab_opens(staff: Client, mail: InboundMail, state: str) -> None:
    receiving.receive(answer_to(ConsultationFactory(in_progress=True)))
    receiving.receive(letter("広告", Precedence="bulk").as_bytes())

    assert staff.get(reverse("admin:consultations_inbound"), {"state": state}).status_code == 200


@pytest.mark.parametrize("name", ["mail", "place", "start", "ignore", "original"])
@pytest.mark.parametrize("role", ["citizen", "ward_officer"])
def test_nobody_but_staff_comes_near_a_mail(
    client: Client, request: pytest.FixtureRequest, mail: InboundMail, name: str, role: str
) -> None:
    client.force_login(request.getfixturevalue(role))

    assert {client.get(step(name, mail)).status_code, client.post(step(name, mail)).status_code} <= {302, 403}
    mail.refresh_from_db()
    assert mail.state == State.QUEUED


def test_a_mail_of_another_office_or_of_a_locked_consultation_does_not_exist(
    staff: Client, reception: User
) -> None:
    elsewhere = receiving.receive(
        answer_to(ConsultationFactory(in_progress=True, ward_centre=WardCentreFactory()), files=FILES)
    )
    locked = receiving.receive(answer_to(ConsultationFactory(in_progress=True), files=FILES))
    LockOutFactory(consultation=locked.about, user=reception)

    for hidden in (elsewhere, locked):
        assert staff.get(step("mail", hidden)).status_code == 404
        assert staff.get(step("original", hidden)).status_code == 404
        assert staff.post(step("ignore", hidden), {"seen": "queued", "reason": "x"}).status_code == 404
        file = hidden.files.get()
        assert staff.get(reverse("admin:consultations_inbound_file", args=[file.pk])).status_code == 404


# ── One mail ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_mail_says_is_shown_as_text(staff: Client) -> None:
    mail = receiving.receive(
        letter(
            "<script>alert(1)</script>", subject="<b>件名</b>", sender='"<i>x</i>" <x@example.jp>'
        ).as_bytes()
    )

    page = staff.get(step("mail", mail)).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<b>件名" not in page


def test_files_leave_as_downloads_of_no_type(staff: Client, mail: InboundMail) -> None:
    file = mail.files.get(name="表.xls")

    response = staff.get(reverse("admin:consultations_inbound_file", args=[file.pk]))

    assert b"".join(response.streaming_content) == b"\xd0\xcf\x11\xe0"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_original_can_be_saved(staff: Client, mail: InboundMail) -> None:
    response = staff.get(step("original", mail))

    assert response.content == bytes(mail.original.content)
    assert response["Content-Disposition"] == f'attachment; filename="mail-{mail.pk}.eml"'
    assert response["Content-Type"] == "application/octet-stream"


def test_reading_a_mail_of_a_consultation_is_reading_the_consultation(staff: Client, reception: User) -> None:
    mail = receiving.receive(answer_to(ConsultationFactory(in_progress=True)))

    staff.get(step("mail", mail))
    assert [(one.consultation, one.what, one.by) for one in Reading.objects.all()] == [
        (mail.about, Reading.What.PAGE, reception)
    ]
    staff.get(step("original", mail))
    assert Reading.objects.filter(what=Reading.What.FILE).count() == 1


def test_consultations_it_may_belong_to_are_offered(staff: Client) -> None:
    by_sender = ConsultationFactory(contact__email="hanako@example.jp")
    by_reference = ConsultationFactory(in_progress=True)
    stranger = ConsultationFactory(ward_centre=WardCentreFactory(), contact__email="hanako@example.jp")
    mail = receiving.receive(letter(f"受付番号{by_reference.reference}の件です。").as_bytes())

    page = staff.get(step("mail", mail)).content.decode()

    assert by_sender.reference in page
    assert by_reference.reference in page
    assert stranger.reference not in page


# ── Place ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mail_is_placed_by_its_reference_however_it_is_typed(
    staff: Client, reception: User, mail: InboundMail
) -> None:
    consultation = ConsultationFactory(in_progress=True)
    typed = f" {consultation.reference[:4].lower()} {consultation.reference[4:]}"

    response = staff.post(step("place", mail), {"seen": "queued", "reference": typed})

    assert response.status_code == 302
    entry = consultation.entries.get(kind=Entry.Kind.MESSAGE)
    assert (entry.text, entry.channel) == (ANSWERED, "mail")
    assert [file.name for file in entry.attachments.all()] == ["会則.pdf"]
    mail.refresh_from_db()
    assert (mail.state, mail.handled_by, mail.entry) == (State.MATCHED, reception, entry)
    assert [file.name for file in mail.files.all()] == ["表.xls"]
    assert not OutgoingMail.objects.exclude(kind="notices/one").exists()


@pytest.mark.parametrize("reference", ["", "NOSUCH22", "ward"])
def test_a_reference_that_leads_nowhere_is_told_beside_its_field(
    staff: Client, mail: InboundMail, reference: str
) -> None:
    if reference == "ward":
        reference = ConsultationFactory(ward_centre=WardCentreFactory()).reference

    response = staff.post(step("place", mail), {"seen": "queued", "reference": reference})

    assert response.status_code == 422
    mail.refresh_from_db()
    assert mail.state == State.QUEUED


def test_somebody_kept_out_places_nothing_there(mail: InboundMail, coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)
    LockOutFactory(consultation=consultation, user=coordinator)

    with pytest.raises(ValidationError) as refused:
        placing.place(inbound=mail, seen="queued", consultation=consultation, by=coordinator)

    assert refused.value.code == "consultation"


def test_a_mail_that_a_colleague_has_placed_is_not_placed_again(
    staff: Client, mail: InboundMail, coordinator: User
) -> None:
    first, second = ConsultationFactory(in_progress=True), ConsultationFactory(in_progress=True)
    placing.place(inbound=mail, seen="queued", consultation=first, by=coordinator)

    response = staff.post(step("place", mail), {"seen": "queued", "reference": second.reference}, follow=True)

    assert "もう処理されています" in response.content.decode()
    assert not second.entries.exists()


# ── A consultation of its own ────────────────────────────────────────────────────────────────────────────────────


def started(**changes: str) -> dict[str, str]:
    return {
        "seen": "queued",
        "audience": "citizen",
        "kind": "start",
        "subject": "子ども食堂",
        "text": "始めたいです。",
        "name": "相談 花子",
        "email": "hanako@example.jp",
        "takes_it": "on",
        "tells_person": "on",
        **changes,
    }


def test_a_mail_becomes_a_consultation_received_when_it_came(
    staff: Client, reception: User, mail: InboundMail
) -> None:
    response = staff.post(step("start", mail), started())

    consultation = Consultation.objects.get()
    assert response["Location"] == reverse("admin:consultations_consultation_change", args=[consultation.pk])
    assert (consultation.channel, consultation.received_at) == ("mail", mail.received_at)
    assert (consultation.assignee, consultation.contact.email) == (reception, "hanako@example.jp")
    assert [file.name for file in Attachment.objects.filter(consultation=consultation)] == ["会則.pdf"]
    assert "表.xls" in consultation.entries.get(kind=Entry.Kind.NOTE).text
    assert OutgoingMail.objects.get().to == "hanako@example.jp"
    mail.refresh_from_db()
    assert (mail.state, mail.about, mail.entry) == (State.MATCHED, consultation, None)


def test_the_form_is_filled_in_from_the_mail(staff: Client, mail: InboundMail) -> None:
    page = staff.get(step("mail", mail)).content.decode()

    assert 'value="hanako@example.jp"' in page
    assert 'value="Re: 【ご相談へのお返事】"' in page


def test_a_form_with_errors_keeps_what_was_typed(staff: Client, mail: InboundMail) -> None:
    response = staff.post(step("start", mail), started(kind="", name="書いた 名前"))

    assert response.status_code == 422
    assert "書いた 名前" in response.content.decode()
    assert not Consultation.objects.exists()


def test_two_forms_opened_start_one_consultation(mail: InboundMail, coordinator: User) -> None:
    question = Question(audience="citizen", kind="start", subject="", text="始めたい")
    contact = ContactDetails(email="hanako@example.jp")
    placing.start_consultation(
        inbound=mail, seen="queued", question=question, contact=contact, by=coordinator
    )

    with pytest.raises(ValidationError) as refused:
        placing.start_consultation(
            inbound=mail, seen="queued", question=question, contact=contact, by=coordinator
        )

    assert refused.value.code == "handled"
    assert Consultation.objects.count() == 1


# ── No consultation ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mail_is_put_aside_with_a_reason_and_can_be_taken_back(
    staff: Client, mail: InboundMail, coordinator: User
) -> None:
    staff.post(step("ignore", mail), {"seen": "queued", "reason": "広告"})

    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.IGNORED, "広告")

    consultation = ConsultationFactory(in_progress=True)
    placing.place(inbound=mail, seen="ignored", consultation=consultation, by=coordinator)
    mail.refresh_from_db()
    assert (mail.state, mail.reason) == (State.MATCHED, "")


def test_putting_aside_asks_for_a_reason(staff: Client, mail: InboundMail) -> None:
    assert staff.post(step("ignore", mail), {"seen": "queued", "reason": " "}).status_code == 422


def test_what_a_colleague_put_aside_is_not_placed_by_a_page_opened_before(
    mail: InboundMail, coordinator: User, manager: User
) -> None:
    placing.ignore(inbound=mail, seen="queued", reason="広告", by=manager)

    with pytest.raises(ValidationError) as refused:
        placing.place(inbound=mail, seen="queued", consultation=ConsultationFactory(), by=coordinator)

    assert refused.value.code == "handled"


def test_an_emptied_mail_says_so_and_takes_no_step(
    staff: Client, mail: InboundMail, coordinator: User
) -> None:
    placing.ignore(inbound=mail, seen="queued", reason="広告", by=coordinator)
    purging.purge(before=clock.now())

    assert "消去しました" in staff.get(step("mail", mail)).content.decode()
    assert staff.get(step("original", mail)).status_code == 404
    with pytest.raises(ValidationError) as refused:
        placing.place(inbound=mail, seen="ignored", consultation=ConsultationFactory(), by=coordinator)
    assert refused.value.code == "purged"


@pytest.mark.parametrize("role", ["citizen", "ward_officer"])
def test_the_actions_look_at_the_right_themselves(
    request: pytest.FixtureRequest, mail: InboundMail, role: str
) -> None:
    user = request.getfixturevalue(role)

    with pytest.raises(PermissionDenied):
        placing.ignore(inbound=mail, seen="queued", reason="x", by=user)
    with pytest.raises(PermissionDenied):
        placing.place(inbound=mail, seen="queued", consultation=ConsultationFactory(), by=user)


# ── Never a note outside ─────────────────────────────────────────────────────────────────────────────────────────


def test_notes_of_staff_and_of_the_site_reach_no_person(mail: InboundMail, coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)
    placing.place(inbound=mail, seen="queued", consultation=consultation, by=coordinator)

    words = consultation.entries.get(kind=Entry.Kind.NOTE).text
    assert "表.xls" in words
    assert words not in "".join(sent.body for sent in OutgoingMail.objects.all())
    assert not consultation.entries.public().filter(text=words).exists()


def test_the_timeline_leads_staff_to_the_whole_mail(staff: Client) -> None:
    mail = receiving.receive(answer_to(ConsultationFactory(in_progress=True)))

    page = staff.get(
        reverse("admin:consultations_consultation_change", args=[mail.about.pk])
    ).content.decode()

    assert step("mail", mail) in page
    assert ANSWERED in page


@pytest.mark.parametrize("is_cut", [True, False])
def test_the_timeline_says_that_a_quote_was_left_out_and_opens_it_in_place(
    staff: Client, is_cut: bool
) -> None:
    consultation = ConsultationFactory(in_progress=True)
    receiving.receive(answer_to(consultation) if is_cut else answer_to(consultation, ANSWERED))

    page = staff.get(
        reverse("admin:consultations_consultation_change", args=[consultation.pk])
    ).content.decode()

    assert ("引用を省きました" in page) is is_cut
    assert ("水曜はいかがでしょうか" in page) is is_cut


def test_an_officer_of_a_ward_opens_what_was_left_out(client: Client, ward_officer: User) -> None:
    consultation = ConsultationFactory(in_progress=True, ward_centre=ward_officer.ward_centre)
    receiving.receive(answer_to(consultation))
    client.force_login(ward_officer)

    page = client.get(reverse("ward_consultation", args=[consultation.reference])).content.decode()

    assert "引用を省きました" in page
    assert "水曜はいかがでしょうか" in page
