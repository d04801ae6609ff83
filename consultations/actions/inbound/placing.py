"""What staff do with a mail that could not be placed by itself. One step each; of two at once the first one wins."""

from dataclasses import replace

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import intake
from consultations.actions.inbound import filing
from consultations.actions.intake import ContactDetails, Question, Record
from consultations.models import Consultation, InboundMail
from consultations.rules import rights
from kyodo import clock
from kyodo.files import kept_with_rows

State = InboundMail.State


def place(*, inbound: InboundMail, seen: str, consultation: Consultation, by: User) -> InboundMail:
    """Put it into a consultation as the person's message. `seen` is the state that the page showed."""
    with kept_with_rows(), transaction.atomic():
        inbound = _lock_to_handle(inbound, seen=seen, by=by)
        if not Consultation.objects.visible_to(by).filter(pk=consultation.pk).exists():
            raise ValidationError(_("この受付番号の相談は見つかりません。"), code="consultation")
        inbound.handled_by, inbound.handled_at = by, clock.now()
        filing.put(inbound, consultation, filing.read(inbound))
    return inbound


def start_consultation(
    *,
    inbound: InboundMail,
    seen: str,
    question: Question,
    contact: ContactDetails,
    by: User,
    takes_it: bool = True,
    tells_person: bool = False,
) -> Consultation:
    """A new question came by mail: a consultation of its own, received when the mail came."""
    with kept_with_rows(), transaction.atomic():
        inbound = _lock_to_handle(inbound, seen=seen, by=by)
        letter = filing.read(inbound)
        accepted, refused = filing.judge(letter.parts)
        consultation = intake.record(
            question=replace(question, accepted=accepted),
            contact=contact,
            record=Record(
                channel=Consultation.Channel.MAIL, happened_at=inbound.received_at, takes_it=takes_it
            ),
            by=by,
            tells_person=tells_person,
        )
        filing.drop_files(inbound)
        filing.keep_files(inbound, (one.part for one in refused))
        inbound.handled_by, inbound.handled_at = by, clock.now()
        filing.mark_placed(inbound, consultation, None)
        filing.note(
            consultation, filing.remarks(inbound, letter, letter.message, refused, known_from=(consultation,))
        )
    return consultation


def ignore(*, inbound: InboundMail, seen: str, reason: str, by: User) -> InboundMail:
    """It is no consultation: out of the queue, kept for a while with the reason."""
    if not reason.strip():
        raise ValidationError(_("理由を書いてください。"), code="reason")
    with transaction.atomic():
        inbound = _lock_to_handle(inbound, seen=seen, by=by)
        inbound.state, inbound.reason = State.IGNORED, reason.strip()
        inbound.handled_by, inbound.handled_at = by, clock.now()
        inbound.save()
    return inbound


def _lock_to_handle(inbound: InboundMail, *, seen: str, by: User) -> InboundMail:
    if not rights.can_handle_inbound(by):
        raise PermissionDenied
    inbound = filing.lock(inbound)
    if inbound.state == State.MATCHED or inbound.state != seen:
        raise ValidationError(_("このメールは、もう処理されています。"), code="handled")
    if inbound.purged_at:
        raise ValidationError(_("このメールの本文は、期限が来たので消去しました。"), code="purged")
    if not InboundMail.objects.visible_to(by).filter(pk=inbound.pk).exists():
        raise PermissionDenied
    return inbound
