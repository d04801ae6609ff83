"""What the pages of a group read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from accounts import panels
from accounts.models import Application, Document, Group, Invitation, MemberChange, Membership, User
from accounts.queries import recipients
from accounts.rules import groups as rules
from accounts.rules import validity
from kyodo import clock
from kyodo.centre.queries import all_wards
from kyodo.statements import Statement

MEMBER_CHANGES = 10


def bookable_groups(user: User) -> QuerySet[Group]:
    """Groups in force in whose name this person may book; by name."""
    return (
        Group.objects.current()
        .filter(memberships__user_id=user.pk, memberships__role__in=Membership.BOOKING_ROLES)
        .order_by("name_kana", "pk")
    )


def memberships_of(user: User) -> list[Membership]:
    """This person's places in groups, with the groups, also those that are closed; by the group's name."""
    return _memberships_of.rows(user.pk)


@Statement
def _memberships_of(person: int) -> QuerySet[Membership]:
    memberships = Membership.objects.filter(user_id=person).select_related("group")
    return memberships.defer("group__search").order_by("group__name_kana", "group_id")


@dataclass(frozen=True)
class GroupPage:
    """The group as its own people and the centre's staff see it."""

    group: Group
    rights: rules.Rights
    memberships: Sequence[Membership]
    invitations: Sequence[Invitation]
    documents: Sequence[Document]
    panels: Sequence[panels.Filled]
    application: Application | None
    """The renewal or change that is under way."""
    renewal_opens_on: date
    can_renew: bool
    contact_has_left: bool

    @property
    def is_whole_city(self) -> bool:
        return rules.is_whole_city(len(self.group.wards.all()), len(all_wards()))

    @property
    def role_name(self) -> str:
        return str(Membership.Role(self.rights.role).label) if self.rights.role else ""

    @property
    def has_representative(self) -> bool:
        return any(one.role == Membership.Role.REPRESENTATIVE for one in self.memberships)


def group_of(user: User, number: str) -> Group | None:
    """The group with this registration number, for its own people and the centre's staff."""
    return _group_of.first(user, number)


@Statement
def _group_of(user: User, number: str) -> QuerySet[Group]:
    return Group.objects.visible_to(user).filter(number=number).prefetch_related("fields", "wards")


def group_page(group: Group, user: User) -> GroupPage:
    memberships = _members.rows(user, group.pk)
    role = next((one.role for one in memberships if one.user_id == user.pk), None)
    rights = rules.rights_with(role, user, group)
    return GroupPage(
        group=group,
        rights=rights,
        memberships=memberships,
        invitations=open_invitations(group) if rights.can_manage_members else [],
        documents=_documents.rows(user, group.pk),
        panels=panels.fill(group, rights),
        application=_open_application.first(user, group.pk),
        renewal_opens_on=validity.renewal_opens_on(group.valid_until),
        can_renew=rights.is_representative and validity.can_renew(group, clock.today()),
        contact_has_left=rights.can_manage_members and _contact_has_left(group, memberships),
    )


@Statement
def _members(user: User, group: int) -> QuerySet[Membership]:
    members = Membership.objects.visible_to(user).filter(group=group)
    return members.select_related("user").order_by("joined_at", "pk")


@Statement
def _documents(user: User, group: int) -> QuerySet[Document]:
    return Document.objects.visible_to(user).current().filter(group=group)


@Statement
def _open_application(user: User, group: int) -> QuerySet[Application]:
    return Application.objects.visible_to(user).filter(group=group, status__in=Application.OPEN)[:1]


def _contact_has_left(group: Group, memberships: Iterable[Membership]) -> bool:
    """Most contacts are among the members, who are on the page already: nothing to ask the database."""
    here = {membership.user.email.lower() for membership in memberships if membership.user.is_active}
    return group.contact_email.lower() not in here and bool(recipients.contacts_who_left([group]))


def contact_after_hand_over(to: Membership) -> dict[str, str]:
    """What the form proposes: the contact until now; where that was the one who hands over, or has left, the one who takes
    over. Nobody's phone number is shown to somebody else, so that stays to be written."""
    group = to.group
    handing_over = EmailAddress.objects.filter(
        user__memberships__group=group, user__memberships__role=Membership.Role.REPRESENTATIVE
    )
    leaves = handing_over.filter(email=group.contact_email.lower()).exists()
    if recipients.contact(group) and not leaves:
        return {
            "contact_name": group.contact_name,
            "contact_email": group.contact_email,
            "contact_phone": group.contact_phone,
        }
    return {"contact_name": str(to.user), "contact_email": to.user.email}


def latest_member_changes(group_id: int) -> list[MemberChange]:
    """What the centre may undo, newest first."""
    changes = MemberChange.objects.filter(group_id=group_id)
    people = changes.select_related("user", "former_representative", "changed_by", "undone_by")
    return list(people[:MEMBER_CHANGES])


def open_invitations(group: Group) -> list[Invitation]:
    return _open_invitations.rows(group.pk, clock.now())


@Statement
def _open_invitations(group: int, now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(group=group).open(now).select_related("invited_by")


def invitations_for(user: User) -> QuerySet[Invitation]:
    """Those that wait for this person's answer, by the addresses they have proved to be theirs."""
    return _invitations_for(user.pk, clock.now())


def invitations_waiting(user: User) -> list[Invitation]:
    """The same, with their groups and who invited."""
    return _invitations_waiting.rows(user.pk, clock.now())


def _invitations_for(person: int, now: datetime) -> QuerySet[Invitation]:
    addresses = EmailAddress.objects.filter(user=person, verified=True).values("email")
    open_ones = Invitation.objects.filter(email__in=addresses).open(now)
    return open_ones.exclude(group__status=Group.Status.CLOSED)


@Statement
def _invitations_waiting(person: int, now: datetime) -> QuerySet[Invitation]:
    return _invitations_for(person, now).select_related("group", "invited_by")


@dataclass(frozen=True)
class InvitationPage:
    """The page behind an invitation's link. `state`: open, accepted, revoked, expired, closed."""

    invitation: Invitation
    user: User | None
    state: str
    is_member: bool
    is_other_address: bool
    has_account: bool
    """Whoever holds the link may know it: the address is theirs."""


def invitation_page(invitation: Invitation, user: User | None) -> InvitationPage:
    addresses = set()
    is_member = False
    if user:
        verified = EmailAddress.objects.filter(user=user, verified=True)
        addresses = {address.lower() for address in verified.values_list("email", flat=True)}
        is_member = Membership.objects.filter(group=invitation.group, user=user).exists()
    return InvitationPage(
        invitation=invitation,
        user=user,
        state=_state(invitation),
        is_member=is_member,
        is_other_address=user is not None and invitation.email.lower() not in addresses,
        has_account=EmailAddress.objects.filter(email=invitation.email.lower(), verified=True).exists(),
    )


def _state(invitation: Invitation) -> str:
    if invitation.accepted_at:
        return "accepted"
    if invitation.revoked_at:
        return "revoked"
    if invitation.group.status == Group.Status.CLOSED:
        return "closed"
    return "open" if invitation.is_open else "expired"
