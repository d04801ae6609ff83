"""Who may do what in a group's name."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Group, Membership, User
from kyodo.statements import Statement


@dataclass(frozen=True)
class Rights:
    """What one person may do with one group; asked once for a page."""

    role: str | None
    can_act: bool
    can_book: bool
    can_edit_profile: bool
    can_manage_members: bool

    @property
    def is_member(self) -> bool:
        return self.role is not None

    @property
    def is_representative(self) -> bool:
        return self.role == Membership.Role.REPRESENTATIVE


def rights_in(user: User, group: Group) -> Rights:
    return rights_with(_role_in(user, group), user, group)


def rights_with(role: str | None, user: User, group: Group) -> Rights:
    """The same for who has read the person's role in the group already."""
    role = role if user.is_active else None
    is_open = group.status != Group.Status.CLOSED
    represents = role == Membership.Role.REPRESENTATIVE
    acts = role in Membership.BOOKING_ROLES
    return Rights(
        role=role,
        can_act=acts,
        can_book=acts and group.is_current,
        can_edit_profile=represents and is_open,
        # Coordinators too, so that a group whose representative is gone can go on.
        can_manage_members=is_open and (represents or can_administer(user)),
    )


def can_act_for(user: User, group: Group) -> bool:
    """Speak for the group: its representative and booking managers, also while the group is not in force."""
    return rights_in(user, group).can_act


def is_representative(user: User, group: Group) -> bool:
    return rights_in(user, group).is_representative


def can_edit_profile(user: User, group: Group) -> bool:
    """Contact details and the directory entry. What was registered changes by an application."""
    return rights_in(user, group).can_edit_profile


def can_manage_members(user: User, group: Group) -> bool:
    return rights_in(user, group).can_manage_members


def can_administer(user: User) -> bool:
    """Suspend, resume and close groups, and mend their members: coordinators and managers of the centre."""
    return user.is_active and user.role in (User.Role.COORDINATOR, User.Role.MANAGER)


def _role_in(user: User, group: Group) -> str | None:
    return _roles.first(group.pk, user.pk)


@Statement
def _roles(group: int, user: int) -> QuerySet[Membership, str]:
    return Membership.objects.filter(group=group, user_id=user).order_by().values_list("role", flat=True)


def is_whole_city(wards: int, all_wards: int) -> bool:
    """Of so many wards all (市内全域): one word instead of their names. Of two the names are as short."""
    return wards == all_wards > 2
