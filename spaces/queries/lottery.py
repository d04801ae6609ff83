"""What the pages and the clock of the draws read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet

from accounts.models import Group, Membership, User
from accounts.queries.groups import bookable_groups
from kyodo import clock
from kyodo.centre import hours
from kyodo.statements import Statement
from spaces.models import Booking, LotteryEntry, LotteryRound
from spaces.models.lottery import LotteryEntryQuerySet
from spaces.rules import lottery as rules

# Finished draws stay on the list of the public page for so long; each keeps its own page for good.
RECENT = timedelta(days=180)


# ── The clock ────────────────────────────────────────────────────────────────────────────────────────────────────


def rounds_to_draw() -> QuerySet[LotteryRound]:
    return LotteryRound.objects.filter(drawn_at__isnull=True, draw_at__lte=clock.now()).order_by(
        "draw_at", "pk"
    )


def wins_to_settle() -> LotteryEntryQuerySet:
    """Wins whose time to claim is over, or whose booking says something else by now."""
    over = Q(booking__status=Booking.Status.REQUESTED, booking__claim_until__lte=clock.now())
    elsewhere = ~Q(booking__status=Booking.Status.REQUESTED)
    return LotteryEntry.objects.filter(over | elsewhere, status=LotteryEntry.Status.WON).order_by("pk")


def rounds_to_close() -> QuerySet[LotteryRound]:
    return LotteryRound.objects.filter(
        drawn_at__isnull=False, closed_at__isnull=True, claim_until__lte=clock.now()
    ).order_by("claim_until", "pk")


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Rounds:
    current: Sequence[LotteryRound]
    past: Sequence[LotteryRound]


def rounds_on_show() -> Rounds:
    rounds = list(
        LotteryRound.objects.filter(Q(closed_at__isnull=True) | Q(closed_at__gte=clock.now() - RECENT))
        .select_related("space")
        .defer("record")
        .annotate(entry_count=Count("entries", filter=~Q(entries__status=LotteryEntry.Status.WITHDRAWN)))
        .order_by("draw_at", "pk")
    )
    return Rounds(
        current=[one for one in rounds if one.closed_at is None],
        past=[one for one in reversed(rounds) if one.closed_at is not None],
    )


@dataclass(frozen=True)
class Line:
    """An entry as everybody may see it: by number, never by name."""

    number: int
    begins_at: datetime
    ends_at: datetime
    is_withdrawn: bool
    turn: rules.Turn | None
    is_own: bool


@dataclass(frozen=True)
class RoundPage:
    lottery: LotteryRound
    lines: Sequence[Line]
    own: Sequence[LotteryEntry]
    groups: Sequence[Group]
    """Groups this person may enter."""

    @property
    def standing(self) -> int:
        return sum(not line.is_withdrawn for line in self.lines)

    @property
    def wins(self) -> int:
        return sum(line.turn is not None and line.turn.won for line in self.lines)


def round_page(lottery: LotteryRound, user: User | AnonymousUser) -> RoundPage:
    own = _own_entries(lottery, user)
    own_numbers = {entry.number for entry in own}
    turns = {turn.number: turn for turn in turns_of(lottery)}
    lines = [
        Line(
            number=entry.number,
            begins_at=entry.begins_at,
            ends_at=entry.ends_at,
            is_withdrawn=entry.status == LotteryEntry.Status.WITHDRAWN,
            turn=turns.get(entry.number),
            is_own=entry.number in own_numbers,
        )
        for entry in lottery.entries.order_by("number")
    ]
    if turns:
        lines.sort(key=lambda line: (line.turn is None, line.turn.rank if line.turn else line.number))
    groups = list(bookable_groups(user).defer("search")) if isinstance(user, User) else []
    return RoundPage(lottery, lines, own, groups)


def turns_of(lottery: LotteryRound) -> list[rules.Turn]:
    """The draw as the published seed and record give it, worked out anew each time; empty before the draw."""
    if lottery.drawn_at is None:
        return []
    return rules.run(lottery.seed, record_of(lottery))


def record_of(lottery: LotteryRound) -> rules.Record:
    return cast(rules.Record, lottery.record)


@dataclass(frozen=True)
class Rerun:
    """The draw run again now, beside what was written on the day of the draw."""

    turns: Sequence[rules.Turn]
    differing: Sequence[int]
    """Numbers whose stored rank or result is another one. Empty when all is in order."""

    @property
    def agrees(self) -> bool:
        return not self.differing


def rerun(lottery: LotteryRound) -> Rerun:
    turns = turns_of(lottery)
    won = (LotteryEntry.Status.WON, LotteryEntry.Status.CLAIMED, LotteryEntry.Status.LAPSED)
    stored = {
        entry.number: (entry.rank, entry.status in won)
        for entry in lottery.entries.filter(rank__isnull=False).only("number", "rank", "status")
    }
    computed = {turn.number: (turn.rank, turn.won) for turn in turns}
    numbers = sorted(stored.keys() | computed.keys())
    return Rerun(turns, [number for number in numbers if stored.get(number) != computed.get(number)])


@dataclass(frozen=True)
class Choices:
    """The days and times of a draw that a form offers; the rules decide all the same."""

    days: Sequence[date]
    begins: Sequence[time]
    ends: Sequence[time]


def choices(lottery: LotteryRound) -> Choices:
    """Its open days, and the policy's steps from the earliest opening to the latest closing."""
    days = [day for day in hours.opening_days(lottery.first_date, lottery.last_date).values() if day.hours]
    spans = [day.hours for day in days if day.hours]
    if not spans:
        return Choices([], [], [])
    step = timedelta(minutes=lottery.space.policy.step_minutes)
    moment = clock.at(lottery.first_date, min(span.opens for span in spans))
    last = clock.at(lottery.first_date, max(span.closes for span in spans))
    times = []
    while moment <= last:
        times.append(moment.time())
        moment += step
    return Choices([day.date for day in days], times[:-1], times[1:])


def _own_entries(lottery: LotteryRound, user: User | AnonymousUser) -> list[LotteryEntry]:
    if not isinstance(user, User):
        return []
    return list(
        lottery.entries.filter(group__memberships__user_id=user.pk)
        .select_related("group", "booking", "round")
        .order_by("number")
    )


def entries_of_group(group: Group) -> list[LotteryEntry]:
    """Entries in draws that are not held yet; the soonest draw first."""
    return _entries_of_group.rows(group.pk)


def entries_of_person(user: User) -> list[LotteryEntry]:
    """Those of all groups of this person, in draws that are not held yet; the soonest draw first."""
    return _entries_of_person.rows(user.pk)


def wins_to_claim(user: User) -> list[LotteryEntry]:
    """Wins that wait for the word of somebody who may book for the group; the soonest end of waiting first."""
    return [win for win in _wins_of_person.rows(user.pk, clock.now()) if win.waits_for_claim]


@Statement
def _entries_of_group(group: int) -> QuerySet[LotteryEntry]:
    return _ahead(LotteryEntry.objects.filter(group=group))


@Statement
def _entries_of_person(person: int) -> QuerySet[LotteryEntry]:
    return _ahead(LotteryEntry.objects.filter(group__memberships__user_id=person))


@Statement
def _wins_of_person(person: int, now: datetime) -> QuerySet[LotteryEntry]:
    wins = LotteryEntry.objects.filter(
        status=LotteryEntry.Status.WON,
        group__memberships__user_id=person,
        group__memberships__role__in=Membership.BOOKING_ROLES,
        booking__claim_until__gt=now,
    )
    return wins.select_related("booking__space", "group").order_by("booking__claim_until")


def _ahead(entries: QuerySet[LotteryEntry]) -> QuerySet[LotteryEntry]:
    return (
        entries.filter(status=LotteryEntry.Status.ENTERED, round__drawn_at__isnull=True)
        .select_related("round__space", "group")
        .defer("group__search")
        .order_by("round__draw_at", "begins_at", "pk")
    )
