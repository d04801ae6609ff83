"""Whom a mail about a group reaches: people of the group, never someone who has left it (docs/decisions/0023).

Every mail about a group asks here, whatever app writes it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from accounts.models import Application, Group, Membership, User
from accounts.models.groups import MembershipQuerySet
from kyodo.statements import Statement


@dataclass(frozen=True)
class Recipient:
    name: str
    address: str


def of_group(group: Group, person: User | None = None, *, also_in_charge: bool = False) -> list[Recipient]:
    """The person who acts for the group. Where that person has left or is staff, or when asked, those in charge of it: the
    representative and the contact. While it has neither, whoever else belongs to it."""
    acting = [person] if person and not person.is_staff and _is_member.first(group.pk, person.pk) else []
    people = [_person(one) for one in acting]
    if also_in_charge or not people:
        people += [*_representative(group), *contact(group)]
    return _once(people or _anybody(group))


def of_application(application: Application) -> list[Recipient]:
    """Of a group: whoever answers for it today. Before there is a group the person who applied; on paper, or when that
    person has left, the contact given. May be nobody."""
    applicant, group = application.applicant, application.group
    if group is not None:
        is_new = application.type == Application.Type.NEW
        return of_group(group, applicant) if is_new else representative(group)
    address = applicant.email if applicant and applicant.is_active else application.contact_email
    return [Recipient(application.contact_name, address)] if address else []


def representative(group: Group) -> list[Recipient]:
    """Who answers for the group: its representative; while it has none its contact, or whoever else belongs to it."""
    return _representative(group) or contact(group) or _anybody(group)


def contact(group: Group) -> list[Recipient]:
    """The registered contact, unless that address is the account of someone who is not in the group (any more)."""
    if not group.contact_email or group.pk in contacts_who_left([group]):
        return []
    return [Recipient(group.contact_name, group.contact_email)]


def contacts_who_left(groups: Iterable[Group]) -> set[int]:
    """The keys of those groups whose contact belongs to an account without a place in the group.

    An address of no account stays: the mailbox of a group's office, a group registered on paper. So does one that
    nobody has proved to be theirs: typing it in must not cut a group off.
    """
    contacts = {group.pk: group.contact_email.lower() for group in groups if group.contact_email}
    known = EmailAddress.objects.filter(email__in=contacts.values(), verified=True)
    owners = dict(known.values_list("email", "user_id"))
    if not owners:
        return set()
    belonging = set(
        Membership.objects.filter(
            group__in=contacts, user__in=owners.values(), user__is_active=True
        ).values_list("group_id", "user_id")
    )
    return {
        group
        for group, address in contacts.items()
        if address in owners and (group, owners[address]) not in belonging
    }


def _members(group: Group) -> MembershipQuerySet:
    members = Membership.objects.filter(group=group, user__is_active=True)
    return members.select_related("user").order_by("joined_at", "pk")


@Statement
def _is_member(group: int, person: int) -> QuerySet[Membership, int]:
    active = Membership.objects.filter(group=group, user=person, user__is_active=True)
    return active.order_by().values_list("pk", flat=True)


def _representative(group: Group) -> list[Recipient]:
    return [_person(one.user) for one in _members(group).filter(role=Membership.Role.REPRESENTATIVE)]


def _anybody(group: Group) -> list[Recipient]:
    members = _members(group)
    return [_person(one.user) for one in members.may_book() or members]


def _person(user: User) -> Recipient:
    return Recipient(str(user), user.email)


def _once(people: Iterable[Recipient]) -> list[Recipient]:
    by_address: dict[str, Recipient] = {}
    for one in people:
        by_address.setdefault(one.address.lower(), one)
    return list(by_address.values())
