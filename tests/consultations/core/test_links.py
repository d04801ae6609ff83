"""Duplicates, related ones and people kept out: each reversible, each refused to the wrong person."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from consultations.actions import entries, links, lock_outs
from consultations.models import Consultation, LockOut
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db
Status = Consultation.Status


@pytest.fixture(autouse=True)
def _centre() -> None:
    CentreFactory()
    usual_week()


def test_later_messages_follow_a_duplicate_and_come_back_when_it_is_undone(coordinator: User) -> None:
    first, second = ConsultationFactory(in_progress=True), ConsultationFactory()

    links.mark_duplicate(consultation=second, version=1, of=first, by=coordinator)
    second.refresh_from_db()
    assert (second.status, second.outcome, second.duplicate_of) == (Status.CLOSED, "duplicate", first)
    followed = entries.receive_message(consultation=second, message="追伸です。")
    assert followed.consultation == first

    second.refresh_from_db()
    links.unmark_duplicate(consultation=second, version=second.version, by=coordinator)
    own = entries.receive_message(consultation=second, message="別の件です。")
    assert own.consultation == second
    second.refresh_from_db()
    assert (second.status, second.duplicate_of) == (Status.IN_PROGRESS, None)


def test_a_chain_of_duplicates_never_forms(coordinator: User) -> None:
    first, second, third = (ConsultationFactory() for _number in range(3))
    links.mark_duplicate(consultation=second, version=1, of=first, by=coordinator)

    with pytest.raises(ValidationError) as refused:
        links.mark_duplicate(consultation=third, version=1, of=second, by=coordinator)
    assert refused.value.code == "duplicate_chain"

    links.mark_duplicate(consultation=first, version=1, of=third, by=coordinator)
    second.refresh_from_db()
    assert second.duplicate_of == third


def test_nothing_is_a_duplicate_of_itself_or_of_what_one_may_not_see(
    coordinator: User, ward_officer: User
) -> None:
    ours = ConsultationFactory()
    theirs = ConsultationFactory(ward_centre=ward_officer.ward_centre)

    with pytest.raises(ValidationError) as refused:
        links.mark_duplicate(consultation=ours, version=1, of=ours, by=coordinator)
    assert refused.value.code == "itself"
    with pytest.raises(PermissionDenied):
        links.mark_duplicate(consultation=ours, version=1, of=theirs, by=coordinator)
    with pytest.raises(PermissionDenied):
        links.relate(consultation=ours, other=theirs, by=coordinator)


def test_related_ones_know_each_other_until_they_are_parted(coordinator: User) -> None:
    one, other = ConsultationFactory(), ConsultationFactory()

    links.relate(consultation=one, other=other, by=coordinator)
    assert list(other.related.all()) == [one]

    links.unrelate(consultation=other, other=one, by=coordinator)
    assert not one.related.exists()


def test_a_manager_keeps_somebody_out_and_their_work_goes_back(manager: User, coordinator: User) -> None:
    consultation = ConsultationFactory(in_progress=True, assignee=coordinator)

    kept_out = lock_outs.lock_out(
        consultation=consultation, user=coordinator, reason="親族のため", by=manager
    )

    consultation.refresh_from_db()
    assert (consultation.status, consultation.assignee) == (Status.RECEIVED, None)
    assert not Consultation.objects.visible_to(coordinator).exists()

    lock_outs.let_in(lock_out=kept_out, by=manager)
    assert Consultation.objects.visible_to(coordinator).exists()


def test_only_a_manager_keeps_people_out_and_never_themselves(manager: User, coordinator: User) -> None:
    consultation = ConsultationFactory()

    with pytest.raises(PermissionDenied):
        lock_outs.lock_out(consultation=consultation, user=manager, reason="x", by=coordinator)
    for user, reason, code in ((manager, "x", "user"), (coordinator, " ", "reason")):
        with pytest.raises(ValidationError) as refused:
            lock_outs.lock_out(consultation=consultation, user=user, reason=reason, by=manager)
        assert refused.value.code == code
    assert not LockOut.objects.exists()
