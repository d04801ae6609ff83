"""Whatever anybody does in whatever order: no undeclared edge, and nobody sees what the history gives them no right to.

The oracle is written anew here, from what the issue says, and shares nothing with rules and access rows.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from consultations.actions import entries, links, lock_outs, person, referrals, referring, steps
from consultations.models import Consultation, Entry, Referral, StatusChange
from kyodo import clock
from kyodo.mail.models import OutgoingMail
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, WardCentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db

DECLARED = {
    ("received", "assigned"),
    ("received", "closed"),
    ("assigned", "received"),
    ("assigned", "in_progress"),
    ("assigned", "waiting"),
    ("assigned", "closed"),
    ("in_progress", "received"),
    ("in_progress", "waiting"),
    ("in_progress", "closed"),
    ("waiting", "received"),
    ("waiting", "in_progress"),
    ("waiting", "closed"),
    ("closed", "in_progress"),
}
REFERRAL_STEPS = {
    ("sent", "accepted"),
    ("sent", "declined"),
    ("sent", "withdrawn"),
    ("sent", "expired"),
    ("sent", "done"),  # a transfer, which is done once it is accepted
    ("accepted", "done"),
    ("accepted", "expired"),
}
SECRET = "ないしょのメモ"
OPERATIONS = [
    "assign",
    "unassign",
    "start",
    "wait",
    "close",
    "reopen",
    "note",
    "reply",
    "message",
    "withdraw",
    "lock_out",
    "let_in",
    "duplicate",
    "refer",
    "transfer",
    "join",
    "accept",
    "decline",
    "finish",
    "take_back",
    "expire",
]

stories = st.lists(
    st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 6), st.integers(0, 6), st.booleans()), max_size=18
)


@dataclass
class World:
    """A centre with three people, two wards with their officers, a citizen; one consultation of each office."""

    people: list[User] = field(default_factory=list)
    consultations: list[Consultation] = field(default_factory=list)

    def __post_init__(self) -> None:
        CentreFactory()
        usual_week()
        wards = [WardCentreFactory() for _number in range(2)]
        self.people = [
            UserFactory(reception=True),
            UserFactory(coordinator=True),
            UserFactory(manager=True),
            UserFactory(role=User.Role.WARD, ward_centre=wards[0]),
            UserFactory(role=User.Role.WARD, ward_centre=wards[0]),
            UserFactory(role=User.Role.WARD, ward_centre=wards[1]),
            UserFactory(),
        ]
        self.consultations = [
            ConsultationFactory(person=self.people[6]),
            ConsultationFactory(ward_centre=wards[0]),
        ]

    def act(self, operation: str, actor: int, other: int, which: bool) -> None:
        by, them = self.people[actor], self.people[other]
        consultation = Consultation.objects.get(pk=self.consultations[which].pk)
        with suppress(ValidationError, PermissionDenied):
            self._act(operation, consultation, by, them)

    def _act(self, operation: str, consultation: Consultation, by: User, them: User) -> None:
        at = {"consultation": consultation, "version": consultation.version, "by": by}
        other = next(one for one in self.consultations if one.pk != consultation.pk)
        ways: dict[str, Callable[[], object]] = {
            "assign": lambda: steps.assign(**at, to=them),
            "unassign": lambda: steps.assign(**at, to=None),
            "start": lambda: steps.start(**at),
            "wait": lambda: steps.wait(**at, waiting_for="person"),
            "close": lambda: steps.close(**at, outcome="answered", outcome_text="伝えた。"),
            "reopen": lambda: steps.reopen(**at),
            "note": lambda: entries.add_note(consultation=consultation, note=SECRET, by=by),
            "reply": lambda: entries.reply(**at, message="お返事です。", waits_for_answer=True),
            "message": lambda: entries.receive_message(consultation=consultation, message="質問です。"),
            "withdraw": lambda: person.withdraw(consultation=consultation),
            "lock_out": lambda: lock_outs.lock_out(
                consultation=consultation, user=them, reason="親族", by=by
            ),
            "let_in": lambda: [
                lock_outs.let_in(lock_out=row, by=by) for row in consultation.lock_outs.filter(user=them)
            ],
            "duplicate": lambda: links.mark_duplicate(**at, of=other),
        }
        if operation in ("refer", "transfer", "join"):
            self._send(operation, at)
        elif operation in ways:
            ways[operation]()
        else:
            self._answer(operation, consultation, by)

    def _send(self, kind: str, at: dict[str, Any]) -> None:
        to = referring.Receiver("centre")
        if at["by"].is_staff:
            to = referring.Receiver("ward_centre", ward_centre=self.people[5].ward_centre)
        consent = referring.Consent("内容を伝えること", clock.today())
        referring.send(**at, kind=kind, to=to, summary="要約", consent=consent)

    def _answer(self, operation: str, consultation: Consultation, by: User) -> None:
        referral = consultation.referrals.order_by("-pk").first()
        if referral is None:
            return
        match operation:
            case "accept":
                referrals.accept(referral=referral, by=by)
            case "decline":
                referrals.decline(referral=referral, by=by, reason="担当がいない。")
            case "finish":
                referrals.finish(referral=referral, by=by, outcome="answered", outcome_text="伝えた。")
            case "take_back":
                referrals.withdraw(referral=referral, by=by)
            case "expire":
                Referral.objects.filter(pk=referral.pk).update(
                    answer_until=clock.now() - timedelta(minutes=1)
                )
                referrals.expire(referral=referral)


def may_see(user: User, consultation: Consultation) -> bool:
    """From the history alone: the person; the office in hand; who was asked and has not said no; who passed it on."""
    if not (user.is_staff or user.is_ward_officer):
        return consultation.person_id == user.pk
    if any(row.user_id == user.pk for row in consultation.lock_outs.all()):
        return False
    office = user.ward_centre_id
    if consultation.ward_centre_id == office:
        return True
    for referral in consultation.referrals.all():
        is_to = referral.to_ward_centre_id == office if office else referral.to_kind == "centre"
        if is_to and referral.status in ("sent", "accepted", "done"):
            return True
        if referral.from_ward_centre_id == office and referral.status in ("accepted", "done"):
            return True
    return False


def may_read(user: User, consultation: Consultation) -> bool:
    """The text: the office in hand, and whoever accepted and has not finished. The person reads their own."""
    if not may_see(user, consultation) or not (user.is_staff or user.is_ward_officer):
        return may_see(user, consultation)
    office = user.ward_centre_id
    return consultation.ward_centre_id == office or any(
        (referral.to_ward_centre_id == office if office else referral.to_kind == "centre")
        for referral in consultation.referrals.all()
        if referral.status == "accepted"
    )


def check(world: World) -> None:
    rows = list(
        Consultation.objects.select_related("assignee").prefetch_related(
            "lock_outs", "referrals", "status_changes"
        )
    )
    by_key = {row.pk: row for row in rows}
    for user in world.people:
        assert set(Consultation.objects.visible_to(user)) == {row for row in rows if may_see(user, row)}
        assert set(Consultation.objects.readable_by(user)) == {row for row in rows if may_read(user, row)}
        for note in Entry.objects.visible_to(user).filter(kind=Entry.Kind.NOTE):
            consultation = by_key[note.consultation_id]
            assert may_see(user, consultation)
            assert user.is_staff or user.is_ward_officer
            owns = consultation.ward_centre_id == user.ward_centre_id
            assert owns or note.office_id == user.ward_centre_id
    for row in rows:
        changes = list(row.status_changes.all())
        assert not changes or changes[-1].after == row.status
        if row.assignee and row.is_open:
            assert row.assignee.ward_centre_id == row.ward_centre_id


@given(story=stories)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_story_leaves_the_declared_ways_or_shows_what_is_not_theirs(story: list[tuple]) -> None:
    world = World()

    for operation, actor, other, which in story:
        before = dict(Referral.objects.values_list("pk", "status"))
        world.act(operation, actor, other, which)
        for pk, status in Referral.objects.values_list("pk", "status"):
            assert pk not in before or before[pk] == status or (before[pk], status) in REFERRAL_STEPS
        check(world)

    for change in StatusChange.objects.exclude(before=""):
        # Somebody else may have been given it, or it changed hands between offices while nobody had begun.
        assert change.before == change.after or (change.before, change.after) in DECLARED
    assert not OutgoingMail.objects.filter(body__contains=SECRET).exists()
    assert not OutgoingMail.objects.filter(subject__contains=SECRET).exists()
