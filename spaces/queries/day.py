"""One day of the centre's spaces as reception sees it: who is where, when and how many; what is free now."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Group
from kyodo import clock, dates, plain, text
from kyodo.centre import hours
from kyodo.centre.hours import DayHours
from kyodo.links import link
from kyodo.statements import Statement
from spaces.models import Booking, Hold, Occupancy, Space, Visit
from spaces.rules import rights

NO_SHOW_DAYS = 365
# What a line tells of a booking; a full day has fifty.
SHOWN = (
    "reference",
    "space_id",
    "begins_at",
    "ends_at",
    "people",
    "purpose",
    "remarks",
    "use",
    "status",
    "reason",
    "checked_in_at",
    "people_came",
    "left_at",
)


@dataclass(frozen=True)
class Button:
    """What one press on a line does."""

    text: str
    url: str
    css: str = ""


@dataclass(frozen=True)
class Entry:
    """One booking on the sheet, with what the receptionist may do now."""

    booking: Booking
    places: str
    no_shows: int
    now: datetime

    @cached_property
    def is_now(self) -> bool:
        ends_at = self.booking.left_at or self.booking.ends_at
        return self.booking.begins_at <= self.now < ends_at

    @cached_property
    def is_today(self) -> bool:
        return self.booking.day == self.now.date()

    @property
    def can_check_in(self) -> bool:
        return self.is_today and self.booking.status in (Booking.Status.CONFIRMED, Booking.Status.NO_SHOW)

    @property
    def is_expected(self) -> bool:
        """May come through the door any minute: confirmed, and the time of checking in has begun."""
        return (
            self.booking.status == Booking.Status.CONFIRMED
            and rights.checkin_opens_at(self.booking) <= self.now
        )

    @property
    def can_mark_no_show(self) -> bool:
        return self.booking.status == Booking.Status.CONFIRMED and self.booking.begins_at <= self.now

    @property
    def counts_people(self) -> bool:
        """Here, or expected today: how many came can be written."""
        return self.booking.status == Booking.Status.USED or (self.is_today and self.can_check_in)

    @property
    def can_mark_left(self) -> bool:
        return (
            self.booking.status == Booking.Status.USED
            and self.booking.left_at is None
            and self.is_today
            and self.now < self.booking.ends_at
        )

    @property
    def can_undo(self) -> bool:
        return self.booking.status in (Booking.Status.USED, Booking.Status.NO_SHOW)

    @cached_property
    def is_late(self) -> bool:
        """Confirmed, begun, and nobody has come."""
        return self.booking.status == Booking.Status.CONFIRMED and self.is_now

    @property
    def url(self) -> str:
        return link("admin:spaces_booking_change", self.booking.pk)

    @property
    def hours(self) -> str:
        return dates.hours(self.booking.begins_at, self.booking.ends_at)

    @property
    def people(self) -> str:
        return _("%(people)d人") % {"people": self.booking.people_came or self.booking.people}

    @property
    def missed(self) -> str:
        """How often the group did not come, where it did not."""
        return _("来館なし%(count)d回（1年）") % {"count": self.no_shows} if self.no_shows else ""

    @property
    def checked_in(self) -> str:
        return dates.clock_time(self.booking.checked_in_at) if self.booking.checked_in_at else ""

    @property
    def status(self) -> str:
        """Where somebody is on the way or has come, the word of the counter instead of the booking's."""
        if self.is_late:
            return _("未着")
        if self.is_today and self.booking.status == Booking.Status.CONFIRMED:
            return _("来館待ち")
        if self.booking.left_at is not None:
            return _("退館済み")
        if self.is_today and self.booking.status == Booking.Status.USED:
            return _("来館済み")
        return str(self.booking.get_status_display())

    @property
    def buttons(self) -> Iterator[Button]:
        if self.can_check_in:
            css = "default" if self.is_expected else ""
            yield Button(_("来館"), self._step("check-in"), css)
        if self.can_mark_no_show:
            yield Button(_("来館なし"), self._step("no-show"))
        if self.can_mark_left:
            yield Button(_("退館"), self._step("left"))
        if self.can_undo:
            yield Button(_("もどす"), self._step("undo"), "quiet")

    def _step(self, step: str) -> str:
        return link("admin:spaces_booking_attendance", self.booking.reference, step)


@dataclass(frozen=True)
class Held:
    """A hold as it touches the day."""

    hold: Hold
    places: str


@dataclass(frozen=True)
class FreeNow:
    """A space somebody could use at once, until when, and how many such places there are."""

    space: Space
    until: datetime
    places: int


@dataclass(frozen=True)
class DaySheet:
    day: DayHours
    now: datetime
    entries: Sequence[Entry]
    let_go: Sequence[Booking]
    holds: Sequence[Held]
    visits: Sequence[Visit] = field(default_factory=tuple)
    free: Sequence[FreeNow] = field(default_factory=tuple)

    @property
    def is_today(self) -> bool:
        return self.day.date == self.now.date()

    @property
    def previous(self) -> date:
        return self.day.date - timedelta(days=1)

    @property
    def next(self) -> date:
        return self.day.date + timedelta(days=1)

    @property
    def counts(self) -> Counter[str]:
        return Counter(entry.booking.status for entry in self.entries)

    @property
    def people_expected(self) -> int:
        return sum(
            entry.booking.people_came or entry.booking.people
            for entry in self.entries
            if entry.booking.status != Booking.Status.NO_SHOW
        )

    @property
    def here(self) -> Sequence[Entry]:
        return [
            entry for entry in self.entries if entry.is_now and entry.booking.status == Booking.Status.USED
        ]

    @property
    def people_here(self) -> int:
        return sum(entry.booking.people_came or entry.booking.people for entry in self.here)

    @property
    def can_count_people(self) -> bool:
        """Somebody came whose number can be written."""
        return any(entry.booking.status == Booking.Status.USED for entry in self.entries)

    @property
    def visitors(self) -> int:
        return sum(visit.people for visit in self.visits)

    @property
    def late(self) -> Sequence[Entry]:
        return [entry for entry in self.entries if entry.is_late]

    @property
    def date(self) -> date:
        return self.day.date


def day_sheet(day: date) -> DaySheet:
    """Seven queries, however full the day, and one more where staff hold something."""
    opening = hours.opening_day(day)
    now = clock.now()
    begins, ends = clock.day_begins(day), clock.day_ends(day)
    spaces = {space.pk: space for space in _spaces.rows()}
    bookings = _bookings.rows(begins, ends)
    for booking in bookings:
        booking.space = spaces[booking.space_id]
    places: dict[int, list[str]] = defaultdict(list)
    held: dict[int, list[str]] = defaultdict(list)
    by_unit: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for unit_id, unit, booking_id, hold_id, period in _uses.rows(DateTimeTZRange(begins, ends)):
        by_unit[unit_id].append((period.lower, period.upper))
        if booking_id is not None:
            places[booking_id].append(unit)
        elif hold_id is not None:
            held[hold_id].append(unit)
    holds = Hold.objects.filter(pk__in=held).order_by("begins_at", "pk") if held else ()
    live = [booking for booking in bookings if booking.is_live]
    missed = no_show_counts(booking.group_id for booking in live)
    return DaySheet(
        day=opening,
        now=now,
        entries=[
            Entry(
                booking,
                _listed(places[booking.pk]) or booking.space.name,
                missed.get(booking.group_id, 0),
                now,
            )
            for booking in live
        ],
        let_go=[booking for booking in bookings if booking.status == Booking.Status.CANCELLED],
        holds=[Held(hold, _listed(held[hold.pk])) for hold in holds],
        visits=_visits.rows(begins, ends),
        free=_free_now(opening, spaces.values(), by_unit, now) if day == now.date() else (),
    )


@Statement
def _spaces() -> QuerySet[Space]:
    return Space.objects.for_booking()


@Statement
def _bookings(begins: datetime, ends: datetime) -> QuerySet[Booking]:
    bookings = Booking.objects.begun_between(begins, ends).select_related("group")
    return bookings.only(*SHOWN, "group__name").order_by("begins_at", "space__position", "pk")


@Statement
def _uses(
    period: DateTimeTZRange,
) -> QuerySet[Occupancy, tuple[int, str, int | None, int | None, DateTimeTZRange]]:
    uses = Occupancy.objects.during(period).order_by("unit__code")
    return uses.values_list("unit_id", "unit__name", "booking_id", "hold_id", "period")


@Statement
def _visits(begins: datetime, ends: datetime) -> QuerySet[Visit]:
    return Visit.objects.counted().made_between(begins, ends)


def here_now(group: Group) -> Booking | None:
    """The booking with which a group is in the house at this moment."""
    now = clock.now()
    return (
        group.bookings.filter(
            status=Booking.Status.USED, begins_at__lte=now, ends_at__gt=now, left_at__isnull=True
        )
        .select_related("space")
        .first()
    )


def no_show_counts(group_ids: Iterable[int]) -> dict[int, int]:
    """How often each group did not come in the last twelve months."""
    return dict(_no_shows.rows(list(set(group_ids)), clock.now() - timedelta(days=NO_SHOW_DAYS)))


@Statement
def _no_shows(groups: list[int], since: datetime) -> QuerySet[Booking, tuple[int, int]]:
    missed = Booking.objects.filter(
        group_id__one_of=groups, status=Booking.Status.NO_SHOW, begins_at__gte=since
    )
    return missed.order_by().values("group_id").annotate(times=Count("pk")).values_list("group_id", "times")


def find_groups(typed: str, limit: int = 10) -> list[Group]:
    """Groups in force whose number is this or whose name or kana holds it; an exact match stands alone."""
    # No column can hold a NUL, nor be asked for one.
    typed = plain.words(typed.replace("\0", " "))
    if not typed:
        return []
    current = Group.objects.current().defer("search")
    number = plain.number(typed)
    exact = list(current.filter(number__iexact=number)[:2]) or list(current.filter(name=typed)[:2])
    if len(exact) == 1:
        return exact
    return list(groups_called(typed, current)[:limit])


def groups_called(typed: str, groups: QuerySet[Group]) -> QuerySet[Group]:
    """Those whose number this is, or whose name or kana holds it, however it is written."""
    words = plain.words(typed)
    named = Q(number__iexact=plain.number(words)) | Q(name__icontains=words)
    named |= Q(name_kana__icontains=plain.hiragana(words))
    if asked := text.query(typed, weight="A"):
        named |= Q(search=asked)
    return groups.filter(named)


def _listed(names: Sequence[str]) -> str:
    return _("・").join(dict.fromkeys(names))


Uses = Mapping[int, Sequence[tuple[datetime, datetime]]]


def _free_now(day: DayHours, spaces: Iterable[Space], by_unit: Uses, now: datetime) -> list[FreeNow]:
    """Spaces with a unit free from this moment until the next use or the end of the opening hours."""
    closes = next(
        (
            clock.at(day.date, period.closes)
            for period in day.open_periods
            if period.opens <= now.time() < period.closes
        ),
        None,
    )
    if closes is None:
        return []
    found = []
    for space in spaces:
        if not space.is_offered:
            continue
        step = timedelta(minutes=space.policy.step_minutes)
        begins = clock.day_begins(day.date) + (now - clock.day_begins(day.date)) // step * step
        ends = [_free_until(by_unit.get(unit, ()), begins, closes) for unit in space.unit_ids]
        free = [until for until in ends if until - begins >= step]
        takes_any = space.takes == Space.Takes.ANY
        if not free or (not takes_any and len(free) < len(ends)):
            continue
        until = max(free) if takes_any else min(free)
        found.append(FreeNow(space, until, len(free) if takes_any else 1))
    return found


def _free_until(uses: Sequence[tuple[datetime, datetime]], begins: datetime, closes: datetime) -> datetime:
    """Until when a unit is free from `begins`; `begins` itself when it is in use."""
    until = closes
    for lower, upper in uses:
        if lower <= begins < upper:
            return begins
        if lower > begins:
            until = min(until, lower)
    return until
