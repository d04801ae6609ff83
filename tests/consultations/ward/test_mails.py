"""Mails that name a consultation in a ward centre's hand: that ward's officers place them, and nobody else reads them."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import referrals
from consultations.actions.inbound import placing, receiving
from consultations.models import Consultation, Entry, InboundMail, Reading, Referral
from consultations.rules.addresses import reply_address
from tests.consultations.inbound.letters import ANSWERED, PDF, answer_to, letter
from tests.factories.accounts import UserFactory
from tests.factories.consultations import ConsultationFactory, LockOutFactory, ReferralFactory

pytestmark = pytest.mark.django_db
State = InboundMail.State
FILES = (("会則.pdf", PDF, "application/pdf"), ("表.xls", b"\xd0\xcf\x11\xe0", "application/vnd.ms-excel"))


@pytest.fixture
def officer(client: Client, ward_officer: User) -> User:
    client.force_login(ward_officer)
    return ward_officer


@pytest.fixture
def waiting(own: Consultation) -> InboundMail:
    """It looks like a machine's, so nobody but a person may place it."""
    return receiving.receive(answer_to(own, files=FILES, Auto_Submitted="auto-replied"))


def of(mail: InboundMail, step: str = "") -> str:
    return f"/ward/mails/{mail.pk}/" + (f"{step}/" if step else "")


def seen_by(user: User) -> set[InboundMail]:
    return set(InboundMail.objects.visible_to(user))


# ── Who sees it ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_waits_with_the_ward_and_not_with_the_centre(
    client: Client, officer: User, waiting: InboundMail, other_officer: User, manager: User, citizen: User
) -> None:
    assert "届いたメール 1通" in client.get("/ward/").content.decode()
    assert waiting.subject in client.get("/ward/mails/").content.decode()
    for user in (other_officer, manager, citizen):
        assert not seen_by(user)
    client.force_login(manager)
    assert waiting.subject not in client.get(reverse("admin:consultations_inbound")).content.decode()
    assert client.get(reverse("admin:consultations_inbound_mail", args=[waiting.pk])).status_code == 404
    client.force_login(other_officer)
    for address in (of(waiting), of(waiting, "place"), of(waiting, "ignore")):
        assert client.post(address, {"seen": "queued"}).status_code in (404, 405)
    assert "届いたメール 1通" not in client.get("/ward/").content.decode()


def test_what_names_no_consultation_or_one_of_the_centre_waits_there(
    ward_officer: User, coordinator: User
) -> None:
    nameless = receiving.receive(letter("はじめまして").as_bytes())
    of_centre = receiving.receive(
        answer_to(ConsultationFactory(in_progress=True), Auto_Submitted="auto-replied")
    )

    assert seen_by(coordinator) == {nameless, of_centre}
    assert not seen_by(ward_officer)


def test_it_follows_the_consultation_to_the_office_that_takes_it_over(
    waiting: InboundMail, own: Consultation, ward_officer: User, coordinator: User
) -> None:
    """A summary shows no mail to whoever is asked; once it is handed over, it is theirs to place."""
    transfer = ReferralFactory(
        consultation=own, to_centre=True, sent_by=ward_officer, kind=Referral.Kind.TRANSFER
    )
    assert (seen_by(ward_officer), seen_by(coordinator)) == ({waiting}, set())

    referrals.accept(referral=transfer, by=coordinator)

    assert (seen_by(ward_officer), seen_by(coordinator)) == (set(), {waiting})


def test_whoever_was_asked_along_places_no_mail(
    asked: Referral, ward_officer: User, coordinator: User
) -> None:
    mail = receiving.receive(answer_to(asked.consultation, Auto_Submitted="auto-replied"))
    referrals.accept(referral=asked, by=ward_officer)

    assert (seen_by(ward_officer), seen_by(coordinator)) == (set(), {mail})


def test_a_mail_to_a_duplicate_waits_where_the_question_goes_on(
    own: Consultation, ward_officer: User, other_officer: User
) -> None:
    duplicate = ConsultationFactory(
        closed=True, outcome="duplicate", duplicate_of=own, ward_centre=other_officer.ward_centre
    )
    mail = receiving.receive(answer_to(duplicate, Auto_Submitted="auto-replied"))

    assert (seen_by(ward_officer), seen_by(other_officer)) == ({mail}, set())
    LockOutFactory(consultation=own, user=ward_officer)
    assert not seen_by(ward_officer)


def test_somebody_kept_out_of_the_consultation_sees_no_mail_of_it(
    client: Client, officer: User, own: Consultation, waiting: InboundMail
) -> None:
    LockOutFactory(consultation=own, user=officer)

    assert client.get(of(waiting)).status_code == 404
    assert "届いたメール 1通" not in client.get("/ward/").content.decode()


def test_several_consultations_of_one_ward_are_still_that_wards(
    own: Consultation, ward_officer: User, coordinator: User
) -> None:
    also_own = ConsultationFactory(ward_centre=ward_officer.ward_centre, in_progress=True)
    addresses = f"{reply_address(own)}, {reply_address(also_own)}"
    mail = receiving.receive(letter("二つの件です。", to=addresses).as_bytes())

    assert mail.why_queued == InboundMail.Why.SEVERAL
    assert (seen_by(ward_officer), seen_by(coordinator)) == ({mail}, set())
    with_centre = f"{reply_address(own)}, {reply_address(ConsultationFactory(in_progress=True))}"
    mixed = receiving.receive(letter("三つめの件です。", to=with_centre).as_bytes())
    assert seen_by(coordinator) == {mixed}


def test_a_mail_about_two_of_the_centres_is_hidden_from_who_is_kept_out_of_one(
    coordinator: User, reception: User
) -> None:
    first, second = ConsultationFactory(in_progress=True), ConsultationFactory(in_progress=True)
    LockOutFactory(consultation=second, user=reception)
    addresses = f"{reply_address(first)}, {reply_address(second)}"

    mail = receiving.receive(letter("二つの件です。", to=addresses).as_bytes())

    assert mail.why_queued == InboundMail.Why.SEVERAL
    assert (seen_by(coordinator), seen_by(reception)) == ({mail}, set())


def test_reading_it_is_reading_the_consultation(
    client: Client, officer: User, own: Consultation, waiting: InboundMail
) -> None:
    client.get(of(waiting))

    reading = Reading.objects.get()
    assert (reading.consultation, reading.by, reading.what) == (own, officer, Reading.What.PAGE)


# ── What becomes of it ───────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_placed_into_the_consultation_it_names(
    client: Client, officer: User, own: Consultation, waiting: InboundMail
) -> None:
    page = client.get(of(waiting)).content.decode()
    for shown in (own.title, "宛先が同じ", "表.xls", "受け取れません"):
        assert shown in page

    response = client.post(of(waiting, "place"), {"seen": "queued", "reference": own.reference})

    assert response.headers["Location"] == "/ward/mails/"
    entry = own.entries.get(kind=Entry.Kind.MESSAGE)
    assert (entry.text, [file.name for file in entry.attachments.all()]) == (ANSWERED, ["会則.pdf"])
    waiting.refresh_from_db()
    assert (waiting.state, waiting.handled_by) == (State.MATCHED, officer)
    placed = client.get(of(waiting)).content.decode()
    assert "受け取れなかったファイル" in placed
    assert "表.xls" in placed
    assert "会則.pdf" not in placed


@pytest.mark.parametrize("which", ["", "NOSUCH22", "elsewhere", "centre"])
def test_it_goes_into_no_consultation_that_the_ward_does_not_see(
    which: str, client: Client, officer: User, waiting: InboundMail, elsewhere: Consultation
) -> None:
    references = {"elsewhere": elsewhere.reference, "centre": ConsultationFactory().reference}

    response = client.post(
        of(waiting, "place"), {"seen": "queued", "reference": references.get(which, which)}
    )

    assert response.status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == State.QUEUED


def test_it_is_put_aside_with_a_reason_and_can_be_taken_back(
    client: Client, officer: User, own: Consultation, waiting: InboundMail
) -> None:
    assert client.post(of(waiting, "ignore"), {"seen": "queued", "reason": " "}).status_code == 422
    client.post(of(waiting, "ignore"), {"seen": "queued", "reason": "不在の知らせ"})

    waiting.refresh_from_db()
    assert (waiting.state, waiting.reason) == (State.IGNORED, "不在の知らせ")
    assert "不在の知らせ" in client.get("/ward/mails/?state=ignored").content.decode()
    client.post(of(waiting, "place"), {"seen": "ignored", "reference": own.reference})
    assert own.entries.filter(kind=Entry.Kind.MESSAGE).exists()


def test_of_two_colleagues_the_first_wins(
    client: Client, officer: User, own: Consultation, waiting: InboundMail
) -> None:
    colleague = UserFactory(role=User.Role.WARD, ward_centre=officer.ward_centre)
    placing.ignore(inbound=waiting, seen="queued", reason="広告", by=colleague)

    typed = {"seen": "queued", "reference": own.reference}
    response = client.post(of(waiting, "place"), typed, follow=True)

    assert "もう処理されています" in response.content.decode()
    assert not own.entries.exists()


def test_the_actions_look_at_the_right_themselves(
    own: Consultation, waiting: InboundMail, ward_officer: User, other_officer: User, manager: User
) -> None:
    for user in (other_officer, manager):
        with pytest.raises(PermissionDenied):
            placing.ignore(inbound=waiting, seen="queued", reason="x", by=user)
        with pytest.raises(PermissionDenied):
            placing.place(inbound=waiting, seen="queued", consultation=own, by=user)
    with pytest.raises(ValidationError) as refused:
        placing.place(inbound=waiting, seen="queued", consultation=ConsultationFactory(), by=ward_officer)
    assert refused.value.code == "consultation"


def test_what_the_mail_says_is_shown_as_text(client: Client, officer: User, own: Consultation) -> None:
    mail = receiving.receive(
        answer_to(own, "<script>alert(1)</script>", subject="<b>件名</b>", Auto_Submitted="auto-replied")
    )

    page = client.get(of(mail)).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<b>件名" not in page
