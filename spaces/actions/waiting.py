"""Waiting for a time to free (空き待ち): asking for it and leaving it."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Group, User
from kyodo import clock
from spaces.actions.bookings import check_limits
from spaces.actions.locking import lock_groups
from spaces.models import Space, WaitingEntry
from spaces.queries import facts as fact_queries
from spaces.rules import limits, rights
from spaces.rules.limits import Wish
from spaces.tasks.waiting import tell_waiting_later

MOST_OPEN = 20
"""Open wishes of one group; more than it could use, and few enough to look through."""


def join_waiting(
    *,
    space: Space,
    group: Group,
    begins_at: datetime,
    ends_at: datetime,
    people: int,
    by: User,
    purpose: str = "",
    use: str = "",
    supported_by: str = "",
    remarks: str = "",
) -> WaitingEntry:
    """Ask to be told when a taken time frees. Asking twice for the same is asking once.

    Raises ValidationError with the codes of the limits, "free" when it can simply be booked, "too_many".
    """
    if not rights.may_book_for(by, group):
        raise PermissionDenied
    wish = Wish(
        space,
        group,
        begins_at,
        ends_at,
        people,
        purpose.strip() or group.name,
        use,
        supported_by.strip(),
        remarks.strip(),
    )
    check_limits(wish, fact_queries.facts_for(wish), by=by)
    units = space.unit_ids
    if fact_queries.free_units(space, begins_at, ends_at, people):
        raise ValidationError(_("この時間は、いま空いています。すぐに予約できます。"), code="free")
    if own := fact_queries.own_in_the_way(wish):
        raise limits.own_already(own)
    with transaction.atomic():
        lock_groups([group.pk])
        opened = WaitingEntry.objects.waiting().filter(group=group)
        same = opened.filter(space=space, begins_at=begins_at, ends_at=ends_at).first()
        if same is not None:
            return same
        if opened.count() >= MOST_OPEN:
            raise ValidationError(
                _("空き待ちは1団体%(most)d件までです。いらなくなったものをやめると、追加できます。"),
                code="too_many",
                params={"most": MOST_OPEN},
            )
        entry = WaitingEntry.objects.create(
            group=group,
            space=space,
            user=by,
            begins_at=begins_at,
            ends_at=ends_at,
            people=people,
            purpose=purpose.strip(),
            use=wish.use,
            supported_by=wish.supported_by,
            remarks=wish.remarks,
        )
        # Somebody may be letting the time go at this very moment: their job may run before we commit, ours can't.
        tell_waiting_later(unit_ids=units, begins_at=begins_at, ends_at=ends_at)
    return entry


def leave_waiting(*, entry: WaitingEntry, by: User) -> WaitingEntry:
    if not rights.may_book_for(by, entry.group):
        raise PermissionDenied
    with transaction.atomic():
        entry = WaitingEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
        if entry.closed_at is None:
            entry.closed_at = clock.now()
            entry.save(update_fields=["closed_at"])
    return entry
