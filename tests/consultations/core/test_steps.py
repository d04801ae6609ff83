"""The steps of a consultation: allowed beside refused, and what each does to the clock."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from consultations.actions import editing, entries, steps
from consultations.models import Consultation, StatusChange
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory, LockOutFactory, ReferralFactory

pytestmark = pytest.mark.django_db
Status = Consultation.Status
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=clock.TOKYO)


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def refusal_of(refused: pytest.ExceptionInfo[ValidationError]) -> str | None:
    return refused.value.code


def test_a_coordinator_takes_one_from_the_common_inbox(coordinator: User) -> None:
    consultation = ConsultationFactory()

    taken = steps.assign(consultation=consultation, version=1, to=coordinator, by=coordinator)

    assert (taken.status, taken.assignee, taken.version) == (Status.ASSIGNED, coordinator, 2)
    change = StatusChange.objects.get(consultation=consultation)
    assert (change.before, change.after, change.by) == (Status.RECEIVED, Status.ASSIGNED, coordinator)


def test_a_stale_version_is_refused_and_nothing_changes(coordinator: User, manager: User) -> None:
    consultation = ConsultationFactory()
    steps.assign(consultation=consultation, version=1, to=manager, by=manager)

    with pytest.raises(ValidationError) as refused:
        steps.assign(consultation=consultation, version=1, to=coordinator, by=coordinator)

    assert refusal_of(refused) == "stale"
    consultation.refresh_from_db()
    assert consultation.assignee == manager


def test_reception_takes_one_but_gives_none_to_a_colleague(reception: User, coordinator: User) -> None:
    with pytest.raises(PermissionDenied):
        steps.assign(consultation=ConsultationFactory(), version=1, to=coordinator, by=reception)

    assert steps.assign(consultation=ConsultationFactory(), version=1, to=reception, by=reception)


@pytest.mark.parametrize("stranger", ["citizen", "ward_officer"])
def test_nobody_of_another_office_takes_a_step(stranger: str, request: pytest.FixtureRequest) -> None:
    user = request.getfixturevalue(stranger)
    consultation = ConsultationFactory(in_progress=True)

    for step in (
        lambda: steps.assign(consultation=consultation, version=1, to=user, by=user),
        lambda: steps.start(consultation=consultation, version=1, by=user),
        lambda: steps.wait(consultation=consultation, version=1, waiting_for="person", by=user),
        lambda: steps.close(
            consultation=consultation, version=1, outcome="answered", outcome_text="済", by=user
        ),
        lambda: steps.reopen(consultation=consultation, version=1, by=user),
    ):
        with pytest.raises(PermissionDenied):
            step()


def test_somebody_kept_out_neither_works_nor_is_given_it(coordinator: User, manager: User) -> None:
    consultation = ConsultationFactory()
    LockOutFactory(consultation=consultation, user=coordinator)

    with pytest.raises(PermissionDenied):
        steps.assign(consultation=consultation, version=1, to=coordinator, by=coordinator)
    with pytest.raises(ValidationError) as refused:
        steps.assign(consultation=consultation, version=1, to=coordinator, by=manager)

    assert refusal_of(refused) == "assignee"


def test_work_goes_to_nobody_of_another_office(coordinator: User, ward_officer: User) -> None:
    with pytest.raises(ValidationError) as refused:
        steps.assign(consultation=ConsultationFactory(), version=1, to=ward_officer, by=coordinator)

    assert refusal_of(refused) == "assignee"


@time_machine.travel(MONDAY, tick=False)
def test_waiting_stops_the_clock_and_going_on_gives_back_what_was_left(coordinator: User) -> None:
    due = clock.at(date(2026, 11, 19), clock.now().time().replace(hour=20))
    consultation = ConsultationFactory(in_progress=True, due_at=due)

    waiting = steps.wait(consultation=consultation, version=1, waiting_for="person", by=coordinator)

    assert (waiting.due_at, waiting.days_left) == (None, 3)

    with time_machine.travel(MONDAY + timedelta(days=14), tick=False):
        going = steps.start(consultation=waiting, version=2, by=coordinator)

    assert going.due_at is not None
    assert clock.local(going.due_at).date() == date(2026, 12, 3)
    assert going.days_left is None


def test_closing_asks_for_an_outcome_and_for_words(coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True)

    for outcome, words, code in (("", "済", "outcome"), ("answered", "  ", "outcome_text")):
        with pytest.raises(ValidationError) as refused:
            steps.close(
                consultation=consultation, version=1, outcome=outcome, outcome_text=words, by=coordinator
            )
        assert refusal_of(refused) == code

    closed = steps.close(
        consultation=consultation, version=1, outcome="answered", outcome_text="伝えた。", by=coordinator
    )
    assert closed.closed_at is not None
    assert closed.due_at is None


def test_one_with_an_open_referral_is_not_closed(coordinator: User) -> None:
    referral = ReferralFactory()

    with pytest.raises(ValidationError) as refused:
        steps.close(
            consultation=referral.consultation,
            version=1,
            outcome="answered",
            outcome_text="伝えた。",
            by=coordinator,
        )

    assert refusal_of(refused) == "open_referral"
    assert referral.to_name in refused.value.messages[0]


@pytest.mark.parametrize("step", ["assign", "start", "wait", "close"])
def test_a_closed_one_only_reopens(step: str, coordinator: User) -> None:
    consultation = ConsultationFactory(closed=True)
    facts = {
        "assign": {"to": coordinator},
        "start": {},
        "wait": {"waiting_for": "person"},
        "close": {"outcome": "answered", "outcome_text": "済"},
    }[step]

    with pytest.raises(ValidationError) as refused:
        getattr(steps, step)(consultation=consultation, version=1, by=coordinator, **facts)

    assert refusal_of(refused) == "status"
    assert steps.reopen(consultation=consultation, version=1, by=coordinator).status == Status.IN_PROGRESS


def test_reopened_it_stays_with_whoever_had_it_unless_they_left(coordinator: User) -> None:
    had = UserFactory(coordinator=True)
    kept = ConsultationFactory(closed=True, assignee=had)
    left = ConsultationFactory(closed=True, assignee=UserFactory(coordinator=True, is_active=False))

    assert steps.reopen(consultation=kept, version=1, by=coordinator).assignee == had
    assert steps.reopen(consultation=left, version=1, by=coordinator).assignee == coordinator


def test_no_step_mails_the_person(coordinator: User) -> None:
    consultation = ConsultationFactory()

    steps.assign(consultation=consultation, version=1, to=coordinator, by=coordinator)
    steps.start(consultation=consultation, version=2, by=coordinator)
    steps.wait(consultation=consultation, version=3, waiting_for="partner", by=coordinator)
    steps.close(consultation=consultation, version=4, outcome="answered", outcome_text="済", by=coordinator)

    assert not OutgoingMail.objects.exists()


def test_a_ward_officer_works_on_what_their_office_has_in_hand(ward_officer: User) -> None:
    mine = ConsultationFactory(ward_centre=ward_officer.ward_centre)
    others = ConsultationFactory(ward_centre=WardCentreFactory())

    assert steps.assign(consultation=mine, version=1, to=ward_officer, by=ward_officer)
    with pytest.raises(PermissionDenied):
        steps.assign(consultation=others, version=1, to=ward_officer, by=ward_officer)


# ── The day to ask how things went ──


FOLLOW_UPS = {
    "wait": lambda one, by, on: steps.wait(
        consultation=one, version=one.version, waiting_for="person", by=by, follow_up_on=on
    ),
    "talk": lambda one, by, on: entries.log_talk(
        consultation=one, channel="phone", note="話した。", is_reached=True, by=by, follow_up_on=on
    ),
    "edit": lambda one, by, on: editing.edit(
        consultation=one,
        version=one.version,
        facts=editing.Facts(one.subject, one.kind, one.audience, one.wish, follow_up_on=on),
        by=by,
    ),
    "set": lambda one, by, on: steps.set_follow_up(consultation=one, version=one.version, on=on, by=by),
}


@pytest.mark.parametrize("how", FOLLOW_UPS)
def test_a_day_to_ask_again_lies_ahead_however_it_is_written(how: str, coordinator: User) -> None:
    one = ConsultationFactory(in_progress=True)

    with pytest.raises(ValidationError) as refused:
        FOLLOW_UPS[how](one, coordinator, clock.today() - timedelta(days=1))
    assert refused.value.code == "past"
    FOLLOW_UPS[how](one, coordinator, clock.today())
    one.refresh_from_db()
    assert one.follow_up_on == clock.today()


@pytest.mark.parametrize("how", ["wait", "talk", "edit"])
def test_a_day_that_has_come_may_stay_while_something_else_is_written(how: str, coordinator: User) -> None:
    come = clock.today() - timedelta(days=3)
    one = ConsultationFactory(in_progress=True, follow_up_on=come)

    FOLLOW_UPS[how](one, coordinator, come)

    one.refresh_from_db()
    assert one.follow_up_on == come
