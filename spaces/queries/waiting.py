"""What the page of the waiting list reads."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Group, Membership, User
from kyodo import clock
from kyodo.statements import Statement
from spaces.models import WaitingEntry
from spaces.queries.prefill import Prefill


@dataclass(frozen=True)
class WaitingLine:
    entry: WaitingEntry
    book_url: str
    may_leave: bool


def my_entries(user: User) -> list[WaitingLine]:
    """Open wishes of this person's groups, the soonest first."""
    entries = of_groups_of(user)
    bookable = set(
        Group.objects.filter(
            memberships__user_id=user.pk, memberships__role__in=Membership.BOOKING_ROLES
        ).values_list("pk", flat=True)
    )
    return [
        WaitingLine(
            entry=entry,
            book_url=Prefill.of(entry).url("space_book", entry.space),
            may_leave=entry.group_id in bookable,
        )
        for entry in entries
    ]


def of_groups_of(user: User) -> list[WaitingEntry]:
    """Open wishes of all groups of this person, the soonest first."""
    return _of_person.rows(user.pk, clock.now())


def of_group(group: Group) -> list[WaitingEntry]:
    """Open wishes of the group, the soonest first."""
    return _of_group.rows(group.pk, clock.now())


@Statement
def _of_person(person: int, now: datetime) -> QuerySet[WaitingEntry]:
    return (
        WaitingEntry.objects.waiting(now)
        .filter(group__memberships__user_id=person)
        .select_related("space", "group")
        .defer("group__search")
        .order_by("begins_at", "pk")
    )


@Statement
def _of_group(group: int, now: datetime) -> QuerySet[WaitingEntry]:
    waiting = WaitingEntry.objects.waiting(now).filter(group=group)
    return waiting.select_related("space").order_by("begins_at", "pk")
