"""Whom a mail about a group's booking reaches."""

from dataclasses import dataclass

from accounts.models import Group, User


@dataclass(frozen=True)
class Recipient:
    name: str
    address: str


def of_group(group: Group, person: User, *, also_contact: bool = False) -> list[Recipient]:
    """The person who acts for the group; its contact when that person is staff or has left, or both when asked."""
    recipients = []
    if person.is_active and not person.is_staff and group.memberships.filter(user_id=person.pk).exists():
        recipients.append(Recipient(str(person), person.email))
    if also_contact or not recipients:
        recipients.append(Recipient(group.contact_name, group.contact_email))
    unique = {recipient.address.lower(): recipient for recipient in reversed(recipients)}
    return [recipient for recipient in recipients if unique[recipient.address.lower()] is recipient]
