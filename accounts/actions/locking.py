"""The order of locks: groups by id, then the person, then whatever hangs on them."""

from collections.abc import Iterable

from accounts.models import Group, User


def lock_group(group: Group) -> Group:
    """The group as it stands now, held until the transaction ends. Call inside `transaction.atomic`."""
    return Group.objects.select_for_update(of=("self",)).get(pk=group.pk)


def lock_groups(ids: Iterable[int]) -> list[Group]:
    return list(Group.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def lock_person(user: User) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=user.pk)
