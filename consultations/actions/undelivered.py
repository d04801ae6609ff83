"""A mail about a consultation did not arrive: whoever has it in hand hears of it, and nobody waits for an answer to it."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from consultations.actions import steps
from consultations.actions.entries import lock_the_one_that_goes_on
from consultations.emails import undelivered as emails
from consultations.models import Consultation, Entry
from kyodo.mail.models import OutgoingMail


def follow(mail: OutgoingMail) -> None:
    """Called once for each mail (kyodo.mail.about). Its timeline reads the mail itself; nothing is written twice."""
    if mail.kind == emails.KIND or _is_to_staff(mail):
        # Of news there is no news, or two broken addresses would write to each other for ever.
        return
    with transaction.atomic():
        named = Consultation.objects.filter(pk=mail.about_id or 0).first()
        if named is None:
            return
        consultation = lock_the_one_that_goes_on(named)
        if Entry.objects.filter(mail=mail, kind=Entry.Kind.REPLY).exists():
            why = _("返信が届かなかった")
            steps.go_on_after_answer(consultation, Consultation.WaitingFor.PERSON, why)
        emails.tell(consultation, mail)


def _is_to_staff(mail: OutgoingMail) -> bool:
    """A notice to somebody at work; that it failed shows in the list of mails."""
    people = User.objects.exclude(role=User.Role.CITIZEN)
    return people.filter(email__iexact=mail.to).exists()
