"""What the person who asked does from their own page, signed in or let in by a code."""

from django.db import transaction
from django.utils.translation import gettext as _

from consultations.actions import referrals, steps
from consultations.actions.locking import lock, save_next, wrong_status
from consultations.models import Consultation


def withdraw(*, consultation: Consultation) -> Consultation:
    """Take the question back; whoever was asked for help is told."""
    with transaction.atomic():
        consultation = lock(consultation)
        if not consultation.is_open:
            raise wrong_status(consultation)
        referrals.withdraw_all(consultation)
        before = consultation.status
        steps.write_end(consultation, Consultation.Outcome.WITHDRAWN, _("相談者が取り下げました。"))
        steps.write_step(consultation, before, by=None, why=_("相談者の取り下げ"))
    return consultation


def ask_for_reopening(*, consultation: Consultation) -> Consultation:
    """It is not solved: staff look at it again. A closed one stays closed until they decide."""
    with transaction.atomic():
        consultation = lock(consultation)
        if consultation.is_open or consultation.anonymised_at:
            raise wrong_status(consultation)
        steps.ask_for_reopening(consultation)
        save_next(consultation)
    return consultation
