"""The free times of the specialists on the roster (専門家の空き時間)."""

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions.specialists import lock_specialist
from consultations.models import Specialist, SpecialistSlot
from consultations.rules import rights
from consultations.rules.slots import Stretch
from kyodo import clock


def add_slots(*, specialist: Specialist, stretches: Sequence[Stretch], by: User) -> list[SpecialistSlot]:
    """All of them or none: what was previewed is what is added."""
    if not rights.can_run_specialists(by):
        raise PermissionDenied
    if not stretches:
        raise ValidationError(_("日時を1つ以上選んでください。"), code="none")
    with transaction.atomic():
        specialist = lock_specialist(specialist)
        for begins_at, ends_at in stretches:
            if begins_at <= clock.now() or ends_at <= begins_at:
                raise ValidationError(_("これからの日時を選んでください。"), code="past")
            if overlaps(specialist, (begins_at, ends_at)):
                raise ValidationError(
                    _("ほかの空き時間と重なる日時があります。もう一度確かめてください。"), code="overlap"
                )
            SpecialistSlot.objects.create(specialist=specialist, begins_at=begins_at, ends_at=ends_at)
    return list(
        SpecialistSlot.objects.filter(specialist=specialist, begins_at__in=[one[0] for one in stretches])
    )


def overlaps(specialist: Specialist, stretch: Stretch) -> bool:
    begins_at, ends_at = stretch
    return SpecialistSlot.objects.filter(
        specialist=specialist, begins_at__lt=ends_at, ends_at__gt=begins_at
    ).exists()
