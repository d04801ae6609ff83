"""A mail about a consultation comes back: its timeline says why, whoever has it in hand hears of it, and nobody waits."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from consultations.actions import entries
from consultations.actions.inbound import receiving
from consultations.emails import people as emails
from consultations.emails.undelivered import KIND
from consultations.models import Consultation, InboundMail
from kyodo.mail import envelope
from kyodo.mail.models import OutgoingMail
from tests.consultations.inbound.letters import ANSWERED, answer_to
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory
from tests.mail import returned
from tests.racing import race

Form = Callable[[OutgoingMail], bytes]
Status = Consultation.Status


@pytest.fixture(autouse=True)
def _centre(db: None) -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def case(coordinator: User) -> Consultation:
    return ConsultationFactory(in_progress=True, assignee=coordinator)


def reply(consultation: Consultation, by: User) -> OutgoingMail:
    entry = entries.reply(
        consultation=consultation,
        version=consultation.version,
        message="お返事です。",
        by=by,
        waits_for_answer=True,
    )
    assert entry.mail is not None
    return entry.mail


def told() -> list[str]:
    """The assignee as they chose, or the office."""
    news = OutgoingMail.objects.filter(kind__in=(KIND, "notices/one"), subject__contains="届きませんでした")
    return list(news.values_list("to", flat=True))


def news() -> OutgoingMail:
    return OutgoingMail.objects.get(subject__contains="届きませんでした")


def test_a_reply_that_came_back_stands_in_the_timeline_and_is_told(
    client: Client, case: Consultation, coordinator: User
) -> None:
    mail = reply(case, coordinator)

    inbound = receiving.receive(returned.postfix(mail))

    case.refresh_from_db()
    assert (case.status, told()) == (Status.IN_PROGRESS, [coordinator.email])
    assert (inbound.state, inbound.why_queued, inbound.about) == ("ignored", "bounce", case)
    client.force_login(coordinator)
    page = client.get(reverse("admin:consultations_consultation_change", args=[case.pk])).content.decode()
    for words in ("メールが届きませんでした", "このアドレスは見つかりません", mail.to):
        assert words in page
    letter = news()
    assert case.reference in letter.subject
    assert case.text not in letter.body


def test_a_late_mail_is_shown_and_nobody_is_called(
    client: Client, case: Consultation, coordinator: User
) -> None:
    mail = reply(case, coordinator)

    receiving.receive(returned.postfix_late(mail))

    case.refresh_from_db()
    assert (case.status, told()) == (Status.WAITING, [])
    client.force_login(coordinator)
    page = client.get(reverse("admin:consultations_consultation_change", args=[case.pk])).content.decode()
    assert "メールが届くのが遅れています" in page


def test_the_ward_that_has_it_in_hand_hears_of_it_at_its_own_door(client: Client, ward_officer: User) -> None:
    own = ConsultationFactory(in_progress=True, assignee=ward_officer, ward_centre=ward_officer.ward_centre)
    receiving.receive(returned.qmail(reply(own, ward_officer)))

    assert told() == [ward_officer.email]
    assert f"/ward/consultations/{own.reference}/" in news().body
    client.force_login(ward_officer)
    page = client.get(f"/ward/consultations/{own.reference}/").content.decode()
    assert "メールが届きませんでした" in page


def test_without_an_assignee_the_office_hears_of_it(coordinator: User) -> None:
    case = ConsultationFactory()

    receiving.receive(returned.docomo(emails.received(case)))

    assert len(told()) == 1
    assert "このアドレスは見つかりません" in news().body
    assert case.contact.email not in told()


def test_news_that_came_back_brings_no_news(case: Consultation, coordinator: User) -> None:
    receiving.receive(returned.postfix(reply(case, coordinator)))
    letter = news()

    receiving.receive(returned.postfix(letter))

    assert told() == [coordinator.email]


def test_two_reports_of_one_mail_are_told_once(case: Consultation, coordinator: User) -> None:
    mail = reply(case, coordinator)

    receiving.receive(returned.postfix(mail))
    receiving.receive(returned.gmail(mail))

    assert told() == [coordinator.email]
    assert case.status_changes.filter(why="返信が届かなかった").count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_reports_at_once_are_told_once(case: Consultation, coordinator: User) -> None:
    mail = reply(case, coordinator)
    forms = (returned.postfix, returned.gmail, returned.docomo, returned.au)

    outcome = race(*[lambda form=form: receiving.receive(form(mail)) for form in forms])

    assert not outcome.broke
    assert told() == [coordinator.email]
    assert case.status_changes.filter(why="返信が届かなかった").count() == 1
    assert InboundMail.objects.filter(why_queued="bounce", state="ignored").count() == len(forms)


def test_a_person_whose_client_answers_the_envelope_is_heard(case: Consultation, coordinator: User) -> None:
    mail = reply(case, coordinator)
    letter = answer_to(case).replace(mail.reply_to.encode(), envelope.return_address(mail).encode())

    inbound = receiving.receive(letter)

    assert inbound.state == InboundMail.State.MATCHED
    assert case.entries.filter(text=ANSWERED).exists()


def test_an_answering_machine_is_no_report_and_waits_with_its_consultation(
    case: Consultation, coordinator: User
) -> None:
    mail = reply(case, coordinator)

    inbound = receiving.receive(returned.out_of_office(mail))

    case.refresh_from_db()
    assert (inbound.state, inbound.about, case.status) == ("queued", case, Status.WAITING)
    assert not told()


def test_a_report_on_a_mail_that_is_not_ours_waits_for_staff(case: Consultation, coordinator: User) -> None:
    mail = reply(case, coordinator)
    report = returned.postfix(mail).replace(mail.message_id.encode(), b"<somebody@else.example>")

    inbound = receiving.receive(report)

    assert (inbound.state, inbound.why_queued) == ("queued", "bounce")
    assert not told()


def test_a_report_of_a_mail_about_nothing_secret_shows_in_the_list_of_mails(
    client: Client, coordinator: User
) -> None:
    mail = OutgoingMail.objects.create(
        kind="spaces/booked", to="aoba@example.jp", subject="予約", next_attempt_at=None, state="sent",
        sent_at=ConsultationFactory().received_at - timedelta(hours=1),
    )  # fmt: skip
    receiving.receive(returned.au(mail))

    client.force_login(coordinator)
    page = client.get(reverse("admin:mail_outgoingmail_changelist") + "?delivery__exact=undelivered")
    assert "届きませんでした" in page.content.decode()
    assert "aoba@example.jp" in page.content.decode()
    one = client.get(reverse("admin:mail_outgoingmail_change", args=[mail.pk])).content.decode()
    assert "このアドレスは見つかりません" in one
