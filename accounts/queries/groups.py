"""What the pages of a group read."""

from django.db.models import QuerySet

from accounts.models import Group, Membership, User

MAY_BOOK = (Membership.Role.REPRESENTATIVE, Membership.Role.BOOKING_MANAGER)


def bookable_groups(user: User) -> QuerySet[Group]:
    """Groups in force in whose name this person may book; by name."""
    return (
        Group.objects.current()
        .filter(memberships__user_id=user.pk, memberships__role__in=MAY_BOOK)
        .order_by("name_kana", "pk")
    )
