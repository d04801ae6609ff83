"""Who may handle outgoing mail, and when."""

from typing import Protocol

from kyodo.mail.models import OutgoingMail


class Actor(Protocol):
    """Whoever asks: an account of a floor above."""

    def has_perm(self, perm: str) -> bool: ...


def can_manage_mail(user: Actor) -> bool:
    return user.has_perm("mail.change_outgoingmail")


def can_handle(user: Actor, mail: OutgoingMail) -> bool:
    """Abort it or send it again: only what they see."""
    return can_manage_mail(user) and OutgoingMail.objects.visible_to(user).filter(pk=mail.pk).exists()


def can_abort(mail: OutgoingMail) -> bool:
    return mail.state in (OutgoingMail.State.WAITING, OutgoingMail.State.FAILED)


def can_send_again(mail: OutgoingMail) -> bool:
    finished = (OutgoingMail.State.SENT, OutgoingMail.State.FAILED, OutgoingMail.State.ABORTED)
    return mail.state in finished and not mail.is_purged


def is_read_elsewhere(mail: OutgoingMail) -> bool:
    """Its text stands on the page of what it is about, and who reads it there is written down."""
    return bool(mail.about_kind)


def shows_body(mail: OutgoingMail, *, in_production: bool) -> bool:
    """A reset link would open its owner's account to whoever reads it; a developer needs it to try things."""
    return not (is_read_elsewhere(mail) or (mail.is_private and in_production))
