"""Who may do what in a group's name."""

from accounts.models import Group, Membership, User


def role_in(user: User, group: Group) -> str | None:
    """The person's role in the group, None for those outside."""
    if not user.is_authenticated:
        return None
    return Membership.objects.filter(group=group, user_id=user.pk).values_list("role", flat=True).first()


def can_act_for(user: User, group: Group) -> bool:
    """Speak for the group: its representative and booking managers, also while the group is not in force."""
    return user.is_active and role_in(user, group) in (
        Membership.Role.REPRESENTATIVE,
        Membership.Role.BOOKING_MANAGER,
    )


def can_book_for(user: User, group: Group) -> bool:
    """Book in the group's name: who may act for it, while it is registered and in force."""
    return group.is_current and can_act_for(user, group)


def is_representative(user: User, group: Group) -> bool:
    return user.is_active and role_in(user, group) == Membership.Role.REPRESENTATIVE


def can_edit_profile(user: User, group: Group) -> bool:
    """Contact details and the directory entry. What was registered changes by an application."""
    return group.status != Group.Status.CLOSED and is_representative(user, group)


def can_manage_members(user: User, group: Group) -> bool:
    """The representative; for the centre the coordinators, so that a group whose representative left can go on."""
    return group.status != Group.Status.CLOSED and (is_representative(user, group) or can_administer(user))


def can_administer(user: User) -> bool:
    """Suspend, resume and close groups, and mend their members: coordinators and managers of the centre."""
    return user.is_active and user.role in (User.Role.COORDINATOR, User.Role.MANAGER)
