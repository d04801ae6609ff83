"""Two people at once, with real threads on real PostgreSQL: one wins, the other is told, no number goes twice."""

import pytest
from django.db import IntegrityError

from accounts.actions import applications as actions
from accounts.actions import deletion, reminders
from accounts.actions.applications import deciding
from accounts.models import Application, ExpiryReminder, Group, User
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import ApplicationFactory, GroupFactory, UserFactory
from tests.racing import overtake, race

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 10


def test_two_staff_deciding_at_once_one_wins_the_other_is_told(coordinator: User, manager: User) -> None:
    for _round in range(ROUNDS):
        application = ApplicationFactory(submitted=True, met=True)
        common = {"application": application, "version": application.version}

        outcome = race(
            lambda common=common: actions.approve_application(by=coordinator, **common),
            lambda common=common: actions.reject_application(reason="見送ります", by=manager, **common),
        )

        assert not outcome.broke
        assert (outcome.won, dict(outcome.refused)) == (1, {"stale": 1})
        application.refresh_from_db()
        assert (application.status == "approved") == (application.group is not None)


def test_an_approval_and_the_applicant_leaving_at_once_do_not_wait_for_each_other(coordinator: User) -> None:
    for _round in range(ROUNDS):
        application = ApplicationFactory(submitted=True, met=True)
        person = application.applicant

        outcome = race(
            lambda application=application: actions.approve_application(
                application=application, version=application.version, by=coordinator
            ),
            lambda person=person: deletion.delete_account(user=person, by=person),
        )

        assert (outcome.won, dict(outcome.refused), outcome.broke) in ((1, {"stale": 1}, []), (2, {}, []))


def test_two_approvals_at_once_make_one_group(coordinator: User, manager: User) -> None:
    application = ApplicationFactory(submitted=True, met=True)
    common = {"application": application, "version": application.version}

    outcome = race(
        *(lambda by=by: actions.approve_application(by=by, **common) for by in (coordinator, manager))
    )

    assert (outcome.won, dict(outcome.refused), outcome.broke) == (1, {"stale": 1}, [])
    assert Group.objects.count() == 1


def test_groups_approved_at_once_get_numbers_in_a_row(coordinator: User) -> None:
    applications = [ApplicationFactory(submitted=True, met=True) for _ in range(8)]

    outcome = race(*(_approval(application, coordinator) for application in applications))

    assert (outcome.won, outcome.broke) == (8, [])
    year = clock.fiscal_year(clock.today())
    numbers = sorted(Group.objects.values_list("number", flat=True))
    assert numbers == [f"{year}-{count:04d}" for count in range(1, 9)]


def test_without_the_queue_numbers_collide(coordinator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The companion: with the lock taken away only the constraint stands, and somebody meets an error."""
    monkeypatch.setattr(deciding, "_queue_for_number", lambda year: None)
    broke: list[BaseException] = []
    for _round in range(6):
        applications = [ApplicationFactory(submitted=True, met=True) for _ in range(8)]
        broke += race(*(_approval(application, coordinator) for application in applications)).broke

    assert broke
    assert {type(error) for error in broke} == {IntegrityError}
    numbers = Group.objects.values_list("number", flat=True)
    assert len(numbers) == len(set(numbers))


def _approval(application: Application, by: User) -> object:
    return lambda: actions.approve_application(application=application, version=application.version, by=by)


def test_start_pressed_twice_at_once_gives_one_draft() -> None:
    person = UserFactory()

    outcome = race(*(lambda: actions.start_application(by=person) for _ in range(4)))

    assert (outcome.won, outcome.broke) == (4, [])
    assert Application.objects.count() == 1


def test_reminders_run_twice_at_once_go_out_once() -> None:
    today = clock.today()
    for _ in range(5):
        GroupFactory(
            valid_until=clock.day_ends(today).date() + (clock.day_ends(today) - clock.day_begins(today)) * 29
        )

    outcome = race(*(reminders.send_due_reminders for _ in range(4)))

    assert outcome.broke == []
    assert ExpiryReminder.objects.count() == 5
    assert OutgoingMail.objects.count() == 5


def test_whom_an_approval_makes_a_representative_leaves_the_group_as_well(coordinator: User) -> None:
    """Who leaves for good has looked before the approval is there: the membership it makes must not stay behind."""
    application = ApplicationFactory(submitted=True, met=True, contact_email="office@example.jp")
    person = application.applicant

    outcome = overtake(
        lambda: actions.approve_application(application=application, version=1, by=coordinator),
        lambda: deletion.delete_account(user=person, by=person),
    )

    assert (outcome.won, outcome.broke) == (1, [])
    assert not Group.objects.get().memberships.exists()
    assert OutgoingMail.objects.get(kind="people/group_has_nobody").to == "office@example.jp"


def test_renewal_and_change_approved_at_once_both_stay(coordinator: User, manager: User) -> None:
    for _round in range(ROUNDS):
        group = GroupFactory(representative=UserFactory(), valid_until=clock.today())
        asked = [
            ApplicationFactory(submitted=True, met=True, group=group, type=type_, name=name)
            for type_, name in (("renewal", group.name), ("change", "新しい名前の会"))
        ]

        outcome = race(*(_approval(one, by) for one, by in zip(asked, (coordinator, manager), strict=True)))

        group.refresh_from_db()
        assert (outcome.won, outcome.broke) == (2, [])
        assert group.valid_until > clock.today()
