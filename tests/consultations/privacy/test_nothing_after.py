"""What was forgotten by rule stays empty: nobody writes into it again."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError

from accounts.models import User
from consultations.actions import entries, introductions, lock_outs
from consultations.models import Consultation, Introduction
from kyodo import clock
from tests.factories.accounts import UserFactory
from tests.factories.centre import CentreFactory, usual_week
from tests.factories.consultations import ConsultationFactory

pytestmark = pytest.mark.django_db

Step = Callable[[Consultation, User], object]
STEPS: dict[str, Step] = {
    "note": lambda one, by: entries.add_note(consultation=one, note="電話 090-0000-0000", by=by),
    "talk": lambda one, by: entries.log_talk(
        consultation=one, channel="phone", note="話した", is_reached=True, by=by, next_step="また電話する"
    ),
    "introduction": lambda one, by: introductions.introduce(consultation=one, name="みどりの会", by=by),
    "result": lambda one, by: introductions.record_result(
        introduction=Introduction.objects.create(consultation=one, name="", by=by),
        version=1,
        result="met",
        words="会えた",
        by=by,
    ),
    "lock_out": lambda one, by: lock_outs.lock_out(
        consultation=one, user=UserFactory(coordinator=True), reason="親族", by=by
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_no_words_come_to_a_consultation_that_was_forgotten(step: str, manager: User) -> None:
    CentreFactory()
    usual_week()
    one = ConsultationFactory(
        closed=True, anonymised_at=clock.now(), subject="", text="", outcome_text="", next_step=""
    )

    with pytest.raises(ValidationError) as refusal:
        STEPS[step](one, manager)

    assert refusal.value.code == "status"
    assert not one.entries.exists()
