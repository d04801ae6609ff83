"""Who may do what with accounts."""

from accounts.models import Group, Membership, User


def can_manage_people(user: User) -> bool:
    """Roles, deactivation, second factors: the centre's managers only."""
    return user.is_active and user.role == User.Role.MANAGER


def can_delete_own_account(user: User) -> bool:
    """Staff and ward officers leave by a manager, who closes their account: their decisions keep a name."""
    return user.role == User.Role.CITIZEN


def groups_waiting_for_handover(user: User) -> list[Group]:
    """Groups in force that this person represents and in which someone else could: hand over before leaving."""
    return list(
        Group.objects.current()
        .filter(memberships__user_id=user.pk, memberships__role=Membership.Role.REPRESENTATIVE)
        .filter(pk__in=Membership.objects.exclude(user_id=user.pk).values("group_id"))
    )
