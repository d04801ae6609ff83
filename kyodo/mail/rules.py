"""Who may handle outgoing mail, and when."""

from typing import Protocol

from kyodo.mail.models import OutgoingMail


class Actor(Protocol):
    """Whoever asks: an account of a floor above."""

    def has_perm(self, perm: str) -> bool: ...


def can_manage_mail(user: Actor) -> bool:
    return user.has_perm("mail.change_outgoingmail")


def can_abort(mail: OutgoingMail) -> bool:
    return mail.state in (OutgoingMail.State.WAITING, OutgoingMail.State.FAILED)


def can_send_again(mail: OutgoingMail) -> bool:
    finished = (OutgoingMail.State.SENT, OutgoingMail.State.FAILED, OutgoingMail.State.ABORTED)
    return mail.state in finished and not mail.is_purged


def shows_body(mail: OutgoingMail, *, in_production: bool) -> bool:
    """A reset link would open its owner's account to whoever reads it; a developer needs it to try things."""
    return not (mail.is_private and in_production)
