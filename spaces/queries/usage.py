"""What groups have booked already, as far as the rules of use count it: hours of a day and a month, bookings ahead."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Extract, TruncDate

from accounts.models import Group
from kyodo import clock
from kyodo.statements import Statement
from spaces.models import Booking, BookingPolicy
from spaces.rules.limits import Usage, Wish


class UsageOf:
    """One group's use, by policy: read at once for however many days, and added to as wishes are placed."""

    def __init__(self) -> None:
        self._days: dict[tuple[int, date], int] = defaultdict(int)
        self._months: dict[tuple[int, int, int], int] = defaultdict(int)
        self._ahead: dict[int, int] = defaultdict(int)

    def on(self, policy: BookingPolicy, day: date) -> Usage:
        return Usage(
            day_minutes=self._days.get((policy.pk, day), 0),
            month_minutes=self._months.get((policy.pk, day.year, day.month), 0),
            open_bookings=self._ahead.get(policy.pk, 0),
        )

    def add(self, wish: Wish) -> None:
        """A wish that will be booked together with those still looked at."""
        self.count(wish.space.policy_id, clock.local(wish.begins_at).date(), wish.minutes, 1)

    def count(self, policy_id: int, day: date, minutes: int, ahead: int) -> None:
        self._days[policy_id, day] += minutes
        self._months[policy_id, day.year, day.month] += minutes
        self._ahead[policy_id] += ahead


@dataclass(frozen=True)
class _Row:
    group_id: int
    policy_id: int
    day: date
    seconds: float
    ahead: int


def usage_of(group: Group, first: date, last: date, *, leaving_out: Booking | None = None) -> UsageOf:
    """All that the limits count for wishes on these days. Under the group's lock nothing is added to it."""
    return usages([group], first, last, leaving_out=leaving_out)[group.pk]


def usages(
    groups: Iterable[Group], first: date, last: date, *, leaving_out: Booking | None = None
) -> dict[int, UsageOf]:
    """The same for several groups, in one query."""
    groups = list(groups)
    used = {group.pk: UsageOf() for group in groups}
    rows = _usages.rows(
        list(used),
        clock.day_begins(first.replace(day=1)),
        clock.day_begins(clock.months_later(last.replace(day=1), 1)),
        clock.now(),
        leaving_out.pk if leaving_out is not None else None,
    )
    for row in (_Row(*values) for values in rows):
        used[row.group_id].count(row.policy_id, row.day, int(row.seconds) // 60, row.ahead)
    return used


@Statement
def _usages(
    groups: list[int], begins: datetime, ends: datetime, now: datetime, leaving_out: int | None
) -> QuerySet[Booking, tuple[int, int, date, float, int]]:
    ahead = Q(status__in=Booking.AHEAD, ends_at__gt=now)
    months = Q(begins_at__gte=begins, begins_at__lt=ends)
    bookings = Booking.objects.live().filter(months | ahead, group__one_of=groups)
    if leaving_out is not None:
        bookings = bookings.exclude(pk=leaving_out)
    return (
        bookings.annotate(on_day=TruncDate("begins_at", tzinfo=clock.TOKYO))
        .order_by()
        .values_list("group_id", "space__policy_id", "on_day")
        .annotate(
            seconds=Sum(Extract(F("ends_at") - F("begins_at"), "epoch")),
            ahead=Count("pk", filter=ahead),
        )
    )
