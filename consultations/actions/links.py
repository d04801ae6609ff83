"""Consultations that belong together: "related" is a mere link, "duplicate of" sends later messages on; both reversible."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import steps
from consultations.actions.locking import check_version, lock_to_work, wrong_status
from consultations.models import Consultation
from consultations.rules import workflow


def relate(*, consultation: Consultation, other: Consultation, by: User) -> None:
    with transaction.atomic():
        first, second = _lock_both(consultation, other, by)
        first.related.add(second)


def unrelate(*, consultation: Consultation, other: Consultation, by: User) -> None:
    with transaction.atomic():
        consultation = lock_to_work(consultation, by=by)
        consultation.related.remove(other)


def mark_duplicate(*, consultation: Consultation, version: int, of: Consultation, by: User) -> Consultation:
    """Close it as the same question as another, where its later messages are written."""
    with transaction.atomic():
        # What points here points on in the end, and is locked in the same order with the two.
        _lock_in_order(Q(pk__in=(consultation.pk, of.pk)) | Q(duplicate_of=consultation.pk))
        consultation, of = _lock_both(consultation, of, by)
        check_version(consultation, version)
        if not workflow.may_follow(consultation.status, Consultation.Status.CLOSED):
            raise wrong_status(consultation)
        if of.duplicate_of_id is not None:
            raise ValidationError(
                _("相手の相談も、ほかの相談と同じとして閉じられています。元の相談を選んでください。"),
                code="duplicate_chain",
            )
        steps.check_no_open_referral(consultation)
        before = consultation.status
        steps.write_end(
            consultation,
            Consultation.Outcome.DUPLICATE,
            _("受付番号 %(reference)s と同じ相談です。") % {"reference": of.reference},
        )
        consultation.duplicate_of = of
        steps.write_step(consultation, before, by=by, why=_("同じ相談"))
        # So that a chain never forms.
        Consultation.objects.filter(duplicate_of=consultation).update(duplicate_of=of)
    return consultation


def unmark_duplicate(*, consultation: Consultation, version: int, by: User) -> Consultation:
    """It was another question after all: it goes on by itself. What was written in the other meanwhile stays there."""
    return steps.reopen(consultation=consultation, version=version, by=by, why=_("同じ相談ではなかった"))


def _lock_in_order(which: Q) -> None:
    rows = Consultation.objects.select_for_update(of=("self",), no_key=True).filter(which).order_by("pk")
    list(rows.values_list("pk"))


def _lock_both(one: Consultation, other: Consultation, by: User) -> tuple[Consultation, Consultation]:
    """In the order of their keys, so that two people who link the same pair never wait for each other."""
    if one.pk == other.pk:
        raise ValidationError(_("ほかの相談を選んでください。"), code="itself")
    first, second = sorted((one, other), key=lambda consultation: consultation.pk)
    locked = {row.pk: row for row in (lock_to_work(first, by=by), lock_to_work(second, by=by))}
    return locked[one.pk], locked[other.pk]
