"""The directory's search: what it knows of a group is written here, whenever the group or its choices change."""

from collections.abc import Iterable

from accounts.models import Group
from accounts.queries.directory import searchable_texts
from kyodo import text

BATCH = 500


def index(group: Group) -> None:
    """Call in the transaction that changed the group."""
    Group.objects.filter(pk=group.pk).update(search=text.vector(**searchable_texts(group)))


def reindex(groups: Iterable[Group] | None = None) -> int:
    """Write it anew for all, after a change of how text is folded. Returns how many."""
    count = 0
    rows = Group.objects.all().iterator(BATCH) if groups is None else groups
    for group in rows:
        index(group)
        count += 1
    return count
