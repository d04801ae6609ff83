"""The same mail from two sides at once, and two people at one mail."""

from collections.abc import Callable

import pytest

from consultations.actions.inbound import placing, receiving
from consultations.models import Consultation, Entry, InboundMail
from tests.consultations.inbound.letters import answer_to, letter
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory
from tests.racing import race

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]
ROUNDS = 8


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def test_the_same_mail_at_the_same_time_is_kept_once() -> None:
    for _round in range(ROUNDS):
        consultation = ConsultationFactory(in_progress=True)
        data = answer_to(consultation)

        outcome = race(*[lambda data=data: receiving.receive(data) for _lane in range(4)])

        assert (outcome.won, outcome.broke) == (4, [])
        assert consultation.entries.count() == 1
    assert InboundMail.objects.count() == ROUNDS


def placed(mail: InboundMail, into: Consultation) -> Callable[[], object]:
    by = UserFactory(coordinator=True)
    return lambda: placing.place(inbound=mail, seen="queued", consultation=into, by=by)


def ignored(mail: InboundMail) -> Callable[[], object]:
    by = UserFactory(reception=True)
    return lambda: placing.ignore(inbound=mail, seen="queued", reason="広告", by=by)


def test_of_two_people_at_one_mail_one_wins() -> None:
    for number in range(ROUNDS):
        mail = receiving.receive(letter().as_bytes())
        first, second = ConsultationFactory(in_progress=True), ConsultationFactory(in_progress=True)
        other = ignored(mail) if number % 2 else placed(mail, second)

        outcome = race(placed(mail, first), other)
        mail.refresh_from_db()

        assert (outcome.won, outcome.broke) == (1, [])
        assert outcome.refused == {"handled": 1}
        told = Entry.objects.filter(consultation__in=(first, second), kind=Entry.Kind.MESSAGE)
        assert told.count() == (mail.about is not None)


def test_answers_of_two_people_and_a_reply_of_staff_wait_for_each_other() -> None:
    consultation = ConsultationFactory(waiting=True)
    mails = [answer_to(consultation, f"{number}通目です。") for number in range(4)]

    outcome = race(*[lambda data=data: receiving.receive(data) for data in mails])

    assert outcome.broke == []
    assert consultation.entries.count() == 4
    assert consultation.status_changes.count() == 1
