"""What the pages of a group read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from accounts import panels
from accounts.models import Application, Document, Group, Invitation, MemberChange, Membership, User
from accounts.queries import recipients
from accounts.rules import groups as rules
from accounts.rules import validity
from kyodo import clock

MEMBER_CHANGES = 10


def bookable_groups(user: User) -> QuerySet[Group]:
    """Groups in force in whose name this person may book; by name."""
    return (
        Group.objects.current()
        .filter(memberships__user_id=user.pk, memberships__role__in=Membership.BOOKING_ROLES)
        .order_by("name_kana", "pk")
    )


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
    def role_name(self) -> str:
        return str(Membership.Role(self.rights.role).label) if self.rights.role else ""

    @property
    def has_representative(self) -> bool:
        return any(one.role == Membership.Role.REPRESENTATIVE for one in self.memberships)


def group_page(group: Group, user: User) -> GroupPage:
    members = Membership.objects.visible_to(user).filter(group=group).select_related("user")
    memberships = list(members.order_by("joined_at", "pk"))
    role = next((one.role for one in memberships if one.user_id == user.pk), None)
    rights = rules.rights_with(role, user, group)
    return GroupPage(
        group=group,
        rights=rights,
        memberships=memberships,
        invitations=list(open_invitations(group)) if rights.can_manage_members else [],
        documents=list(Document.objects.visible_to(user).current().filter(group=group)),
        panels=panels.fill(group, rights),
        application=Application.objects.visible_to(user)
        .filter(group=group, status__in=Application.OPEN)
        .first(),
        renewal_opens_on=validity.renewal_opens_on(group.valid_until),
        can_renew=rights.is_representative and validity.can_renew(group, clock.today()),
        contact_has_left=rights.can_manage_members and bool(recipients.contacts_who_left([group])),
    )


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


def open_invitations(group: Group) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        group=group, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now()
    ).select_related("invited_by")


def invitations_for(user: User) -> QuerySet[Invitation]:
    """Those that wait for this person's answer, by the addresses they have proved to be theirs."""
    addresses = EmailAddress.objects.filter(user=user, verified=True).values("email")
    waiting = Invitation.objects.filter(
        email__in=addresses, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now()
    )
    return waiting.exclude(group__status=Group.Status.CLOSED)


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
