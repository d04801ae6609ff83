"""Keep a colleague out of one consultation (conflict of interest), and let them in again. Managers only."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import steps
from consultations.actions.locking import lock_to_work, lock_to_write
from consultations.models import Consultation, LockOut, Presence
from consultations.rules import rights


def lock_out(*, consultation: Consultation, user: User, reason: str, by: User) -> LockOut:
    """From now on they see it nowhere; what they had in hand goes back to the common inbox."""
    if not rights.can_keep_out(by):
        raise PermissionDenied
    if user == by or not rights.has_office(user):
        raise ValidationError(_("この人は選べません。"), code="user")
    if not reason.strip():
        raise ValidationError(_("理由を書いてください。"), code="reason")
    with transaction.atomic():
        consultation = lock_to_write(consultation, by=by)
        row, _is_new = LockOut.objects.get_or_create(
            consultation=consultation, user=user, defaults={"reason": reason.strip(), "by": by}
        )
        Presence.objects.filter(consultation=consultation, user=user).delete()
        if consultation.assignee_id == user.pk and consultation.is_open:
            before = consultation.status
            steps.resume_clock(consultation)
            consultation.status, consultation.assignee = Consultation.Status.RECEIVED, None
            steps.write_step(consultation, before, by=by, why=_("担当から外れた"))
    return row


def let_in(*, lock_out: LockOut, by: User) -> None:
    if not rights.can_keep_out(by):
        raise PermissionDenied
    with transaction.atomic():
        lock_to_work(lock_out.consultation, by=by)
        lock_out.delete()
