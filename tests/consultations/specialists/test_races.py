"""Several hands at one specialist's time, one place, one link: real threads on the real PostgreSQL.

The companions take a guard away, so that these tests are known to be able to fail.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta

import pytest
from django.db import connection

from accounts.models import User
from consultations.actions import partner, referring, specialists
from consultations.actions.specialists import Meeting
from consultations.models import (
    AnswerLink,
    Consultation,
    Entry,
    Referral,
    Specialist,
    SpecialistSession,
    SpecialistSlot,
)
from consultations.models.specialists import Way
from kyodo import clock
from spaces.models import Hold, Unit
from tests.factories.accounts import UserFactory
from tests.factories.consultations import ConsultationFactory, SpecialistFactory
from tests.factories.spaces import UnitFactory
from tests.racing import Outcome, Racers, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS = 24
Status = SpecialistSession.Status


@pytest.fixture
def people() -> list[User]:
    return [UserFactory(coordinator=True) for _number in range(2)]


def heard(by: User) -> SpecialistSession:
    consultation: Consultation = ConsultationFactory(in_progress=True)
    session = specialists.request(consultation=consultation, profession="tax_accountant", by=by)
    return specialists.hear(
        session=session, version=1, profession="tax_accountant", hearing_note="会計の話", by=by
    )


def consent() -> referring.Consent:
    return referring.Consent("要点を伝えること", clock.today())


def asked(specialist: Specialist, by: User) -> SpecialistSession:
    session = heard(by)
    return specialists.match(
        session=session, version=session.version, specialist=specialist, consent=consent(), by=by
    )


def accepted(specialist: Specialist, by: User) -> SpecialistSession:
    session = asked(specialist, by)
    partner.accept(link=AnswerLink.objects.get(referral=session.referral), wish="いつでも")
    return SpecialistSession.objects.get(pk=session.pk)


def hours(count: int) -> list[datetime]:
    first = clock.at(clock.today() + timedelta(days=7), time(10))
    return [first + timedelta(days=number) for number in range(count)]


def assert_one_wins(outcomes: list[Outcome], codes: set[str]) -> None:
    assert [outcome.broke for outcome in outcomes if outcome.broke] == []
    assert {outcome.won for outcome in outcomes} == {1}
    assert {code for outcome in outcomes for code in outcome.refused} <= codes


def matchers(people: list[User], rounds: int) -> list[list[Callable[[], object]]]:
    """In each round two coordinators ask one specialist for the same free time, for two consultations."""
    specialist = SpecialistFactory()
    found: list[list[Callable[[], object]]] = []
    for begins in hours(rounds):
        slot = SpecialistSlot.objects.create(
            specialist=specialist, begins_at=begins, ends_at=begins + timedelta(hours=2)
        )
        found.append([matcher(heard(by), specialist, slot, by) for by in people])
    return found


def matcher(
    session: SpecialistSession, specialist: Specialist, slot: SpecialistSlot, by: User
) -> Callable[[], object]:
    return lambda: specialists.match(
        session=session, version=session.version, specialist=specialist, slot=slot, consent=consent(), by=by
    )


def test_two_coordinators_match_one_free_time(people: list[User]) -> None:
    outcomes = Racers(2).run_rounds(matchers(people, ROUNDS))

    assert_one_wins(outcomes, {"slot_taken"})
    assert Referral.objects.count() == ROUNDS


def fixers(people: list[User], rounds: int) -> list[list[Callable[[], object]]]:
    """In each round two sessions of one specialist are fixed at the same hour."""
    specialist = SpecialistFactory()
    return [[fixer(accepted(specialist, by), begins, by) for by in people] for begins in hours(rounds)]


def fixer(
    session: SpecialistSession, begins: datetime, by: User, unit: Unit | None = None
) -> Callable[[], object]:
    way = Way.ON_SITE if unit else Way.PHONE
    meeting = Meeting(begins, begins + timedelta(hours=1), way, units=[unit] if unit else [])
    return lambda: specialists.fix(session=session, version=session.version, meeting=meeting, by=by)


def double_uses() -> int:
    """Fixed sessions of one specialist that overlap another."""
    return sum(
        SpecialistSession.objects.filter(
            status=Status.FIXED,
            specialist=one.specialist,
            begins_at__lt=one.ends_at,
            ends_at__gt=one.begins_at,
        )
        .exclude(pk=one.pk)
        .exists()
        for one in SpecialistSession.objects.filter(status=Status.FIXED)
    )


def test_two_coordinators_fix_one_hour_of_a_specialist(people: list[User]) -> None:
    outcomes = Racers(2).run_rounds(fixers(people, ROUNDS))

    assert_one_wins(outcomes, {"slot_taken"})
    assert double_uses() == 0


def test_two_sessions_are_fixed_in_one_place(people: list[User]) -> None:
    unit = UnitFactory()
    outcomes = Racers(2).run_rounds(
        [
            [fixer(accepted(SpecialistFactory(), by), begins, by, unit) for by in people]
            for begins in hours(ROUNDS)
        ]
    )

    assert_one_wins(outcomes, {"taken", "busy"})
    assert Hold.objects.count() == ROUNDS
    assert SpecialistSession.objects.filter(status=Status.FIXED).count() == ROUNDS


def test_one_session_is_fixed_and_cancelled_at_once(people: list[User]) -> None:
    unit = UnitFactory()
    sessions = [accepted(SpecialistFactory(), people[0]) for _number in range(ROUNDS)]
    rounds: list[list[Callable[[], object]]] = [
        [
            fixer(session, begins, people[0], unit),
            lambda session=session: specialists.cancel(  # type: ignore[misc]
                session=session, version=session.version, by=people[1]
            ),
        ]
        for session, begins in zip(sessions, hours(ROUNDS), strict=True)
    ]

    assert_one_wins(Racers(2).run_rounds(rounds), {"stale"})
    assert Hold.objects.count() == SpecialistSession.objects.filter(status=Status.FIXED).count()


def test_the_page_is_answered_yes_and_no_at_once(people: list[User]) -> None:
    links = [
        AnswerLink.objects.select_related("referral__consultation").get(
            referral=asked(SpecialistFactory(), people[0]).referral
        )
        for _number in range(ROUNDS)
    ]
    rounds: list[list[Callable[[], object]]] = [
        [
            lambda link=link: partner.accept(link=link, wish="いつでも"),  # type: ignore[misc]
            lambda link=link: partner.decline(link=link, reason="日程が合いません。"),  # type: ignore[misc]
        ]
        for link in links
    ]

    assert_one_wins(Racers(2).run_rounds(rounds), {"status", "link"})
    assert Entry.objects.filter(kind=Entry.Kind.PARTNER).count() == ROUNDS


def test_a_link_is_renewed_while_its_former_page_answers(people: list[User]) -> None:
    """Whoever is first: an answer by a link that no longer counts never stands."""
    for _number in range(6):
        referral = asked(SpecialistFactory(), people[0]).referral
        assert referral
        link = AnswerLink.objects.select_related("referral__consultation").get(referral=referral)

        outcome = race(
            lambda link=link: partner.decline(link=link, reason="日程が合いません。"),
            lambda referral=referral: partner.renew_link(referral=referral, by=people[0]),
        )

        assert outcome.broke == []
        referral.refresh_from_db()
        declined = referral.status == Referral.Status.DECLINED
        assert AnswerLink.objects.filter(referral=referral, revoked_at__isnull=True).exists() is not declined
        assert set(outcome.refused) == ({"status"} if declined else {"link"})


# ── Companions: without the guard these fail ──


def test_companion_without_the_specialist_s_lock_one_is_at_two_places_at_once(
    people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(specialists, "lock_specialist", lambda one: Specialist.objects.get(pk=one.pk))

    outcomes = Racers(2).run_rounds(fixers(people, ROUNDS))

    assert double_uses() > 0 or any(outcome.won > 1 for outcome in outcomes)


def test_companion_without_lock_and_constraint_one_free_time_is_given_twice(
    people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(specialists, "lock_specialist", lambda one: Specialist.objects.get(pk=one.pk))

    with without_constraint():
        outcomes = Racers(2).run_rounds(matchers(people, ROUNDS))
        won = [outcome.won for outcome in outcomes]
        SpecialistSession.objects.update(slot=None)

    assert max(won) > 1


@contextmanager
def without_constraint() -> Iterator[None]:
    name = "specialist_slot_taken_once"
    constraint = next(one for one in SpecialistSession._meta.constraints if one.name == name)
    with connection.schema_editor() as editor:
        editor.remove_constraint(SpecialistSession, constraint)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.add_constraint(SpecialistSession, constraint)
