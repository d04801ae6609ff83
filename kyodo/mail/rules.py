"""Who may handle outgoing mail, and when."""

from typing import Protocol

from kyodo.mail.models import OutgoingMail

# By name, since this room knows no apps. What was said to a person in a consultation is for the office that has it in
# hand, and not for a colleague who is kept out of it.
READ_ELSEWHERE = ("consultations/reply", "consultations/session_")


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


def is_read_elsewhere(mail: OutgoingMail) -> bool:
    """Its text stands on a page that opens to fewer people than the list of mails does."""
    return mail.kind.startswith(READ_ELSEWHERE)


def shows_body(mail: OutgoingMail, *, in_production: bool) -> bool:
    """A reset link would open its owner's account to whoever reads it; a developer needs it to try things."""
    return not (is_read_elsewhere(mail) or (mail.is_private and in_production))
