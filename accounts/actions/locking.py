"""The order of locks: groups by id, then the person, then whatever hangs on them."""

from collections.abc import Iterable

from accounts.models import Group, User


def lock_group(group: Group) -> Group:
    """The group as it stands now, held until the transaction ends. Call inside `transaction.atomic`."""
    return Group.objects.select_for_update(of=("self",)).get(pk=group.pk)


def lock_groups(ids: Iterable[int]) -> list[Group]:
    return list(Group.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))


def lock_person(user: User) -> User:
    """Of those who lock a person one goes at a time. Rows that only name the person (a membership, a decision) may be
    written meanwhile: an approval holds its application and names the applicant who may be leaving, and the two would
    wait for each other for ever."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
