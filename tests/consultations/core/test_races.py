"""Two people at once: assign, answer, close, accept the same thing. Real threads, own connections."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from consultations.actions import entries, links, person, referrals, referring, steps
from consultations.models import Access, Consultation, Entry, Referral
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, ReferralFactory
from tests.racing import Racers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

ROUNDS = 40


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


@pytest.fixture
def crew() -> list[User]:
    return [UserFactory(coordinator=True) for _number in range(4)]


def run(steps_of_round: Callable[[], list[Callable[[], object]]]) -> list[list[str]]:
    """Per round the codes of the refusals; anything but a refusal in words fails."""
    rounds = [steps_of_round() for _number in range(ROUNDS)]
    outcomes = Racers(len(rounds[0])).run_rounds(rounds)
    for outcome in outcomes:
        assert outcome.broke == []
    return [sorted(outcome.refused.elements()) for outcome in outcomes]


def test_of_four_who_take_it_at_once_one_has_it(crew: list[User]) -> None:
    taken: list[Consultation] = []

    def one_round() -> list[Callable[[], object]]:
        consultation = ConsultationFactory()
        taken.append(consultation)
        return [partial(steps.assign, consultation=consultation, version=1, to=who, by=who) for who in crew]

    assert run(one_round) == [["stale"] * 3] * ROUNDS
    for consultation in taken:
        consultation.refresh_from_db()
        assert consultation.version == 2
        assert consultation.status_changes.count() == 1


def test_who_takes_whatever_version_is_there_takes_it_from_the_others(crew: list[User]) -> None:
    """The guard taken away: each of the four goes through, so the test above is able to fail."""
    taken: list[Consultation] = []

    def blindly(consultation: Consultation, who: User) -> None:
        while True:
            current = Consultation.objects.get(pk=consultation.pk).version
            with suppress(ValidationError):
                steps.assign(consultation=consultation, version=current, to=who, by=who)
                return

    def one_round() -> list[Callable[[], object]]:
        consultation = ConsultationFactory()
        taken.append(consultation)
        return [partial(blindly, consultation, who) for who in crew]

    assert run(one_round) == [[]] * ROUNDS
    assert {consultation.status_changes.count() for consultation in taken} == {4}


def test_of_four_answers_at_once_one_is_mailed(crew: list[User]) -> None:
    def one_round() -> list[Callable[[], object]]:
        consultation = ConsultationFactory()
        return [
            partial(entries.reply, consultation=consultation, version=1, message="お返事です。", by=who)
            for who in crew
        ]

    assert run(one_round) == [["stale"] * 3] * ROUNDS
    assert OutgoingMail.objects.count() == ROUNDS
    assert Entry.objects.filter(kind=Entry.Kind.REPLY).count() == ROUNDS


def test_it_is_closed_once_and_a_message_that_comes_meanwhile_is_kept(crew: list[User]) -> None:
    closed: list[Consultation] = []

    def one_round() -> list[Callable[[], object]]:
        consultation = ConsultationFactory(in_progress=True)
        closed.append(consultation)
        end = partial(
            steps.close, consultation=consultation, version=1, outcome="answered", outcome_text="済"
        )
        return [
            partial(end, by=crew[0]),
            partial(end, by=crew[1]),
            partial(entries.receive_message, consultation=consultation, message="もう一つ質問です。"),
        ]

    for refused in run(one_round):
        assert refused in (["stale"], ["stale", "stale"])
    for consultation in closed:
        consultation.refresh_from_db()
        assert consultation.entries.filter(kind=Entry.Kind.MESSAGE).count() == 1
        # Either it stays open with the message, or it is closed and the message asks for reopening.
        assert consultation.is_open or consultation.reopening_asked_at is not None


def test_a_referral_is_accepted_or_declined_or_withdrawn_never_two_of_them() -> None:
    centre = WardCentreFactory()
    officers = [UserFactory(role=User.Role.WARD, ward_centre=centre) for _number in range(2)]
    sent: list[Referral] = []

    def one_round() -> list[Callable[[], object]]:
        referral = ReferralFactory(to_ward_centre=centre, kind=Referral.Kind.TRANSFER)
        sent.append(referral)
        return [
            partial(referrals.accept, referral=referral, by=officers[0]),
            partial(referrals.accept, referral=referral, by=officers[1]),
            partial(referrals.decline, referral=referral, by=officers[1], reason="担当がいない。"),
            partial(referrals.withdraw, referral=referral, by=referral.sent_by),
        ]

    assert run(one_round) == [["status"] * 3] * ROUNDS
    for referral in sent:
        owner = Access.objects.get(consultation=referral.consultation, level=Access.Level.OWNER)
        assert owner.ward_centre_id == Consultation.objects.get(pk=referral.consultation_id).ward_centre_id


def test_two_offices_are_not_both_given_the_same_transfer(crew: list[User]) -> None:
    centres = [WardCentreFactory() for _number in range(2)]
    consent = referring.Consent("引き継ぐこと", clock.today())

    def one_round() -> list[Callable[[], object]]:
        consultation = ConsultationFactory(in_progress=True)
        return [
            partial(
                referring.send,
                consultation=consultation,
                version=1,
                kind=Referral.Kind.TRANSFER,
                to=referring.Receiver("ward_centre", ward_centre=centre),
                summary="要約",
                consent=consent,
                by=who,
            )
            for centre, who in zip(centres, crew, strict=False)
        ]

    assert run(one_round) == [["stale"]] * ROUNDS


def test_two_who_call_each_other_a_duplicate_do_not_wait_for_ever(crew: list[User]) -> None:
    def one_round() -> list[Callable[[], object]]:
        one, other = ConsultationFactory(), ConsultationFactory()
        return [
            partial(links.mark_duplicate, consultation=one, version=1, of=other, by=crew[0]),
            partial(links.mark_duplicate, consultation=other, version=1, of=one, by=crew[1]),
            partial(entries.receive_message, consultation=one, message="追伸です。"),
            partial(entries.receive_message, consultation=other, message="追伸です。"),
        ]

    run(one_round)
    assert Entry.objects.filter(kind=Entry.Kind.MESSAGE).count() == 2 * ROUNDS
    assert not Consultation.objects.filter(duplicate_of__duplicate_of__isnull=False).exists()


def test_what_points_to_a_duplicate_is_locked_in_the_same_order(crew: list[User]) -> None:
    def one_round() -> list[Callable[[], object]]:
        pointing, one, other = ConsultationFactory(), ConsultationFactory(), ConsultationFactory()
        links.mark_duplicate(consultation=pointing, version=1, of=one, by=crew[0])
        return [
            partial(links.mark_duplicate, consultation=one, version=1, of=other, by=crew[0]),
            *(partial(links.relate, consultation=pointing, other=one, by=who) for who in crew[1:]),
        ]

    assert run(one_round) == [[]] * ROUNDS
    assert not Consultation.objects.filter(duplicate_of__duplicate_of__isnull=False).exists()


def test_the_person_takes_it_back_while_a_ward_accepts() -> None:
    centre = WardCentreFactory()
    officer = UserFactory(role=User.Role.WARD, ward_centre=centre)

    def one_round() -> list[Callable[[], object]]:
        referral = ReferralFactory(to_ward_centre=centre)
        return [
            partial(referrals.accept, referral=referral, by=officer),
            partial(person.withdraw, consultation=referral.consultation),
        ]

    for refused in run(one_round):
        assert refused in ([], ["status"])
    assert not Referral.objects.filter(status="sent").exists()
