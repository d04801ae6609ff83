"""The preview of a series: every date with a yes, or with the reasons against it and what could be had instead."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, time

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import Group, User
from kyodo import clock, dates
from spaces.models import Booking, BookingSeries, Space
from spaces.queries import alternatives
from spaces.queries.alternatives import Place
from spaces.queries.availability import Visitor, offered_spaces, space_days
from spaces.queries.bookings import BookingLine, booking_lines
from spaces.queries.usage import usage_of
from spaces.rules import rights
from spaces.rules import series as rules
from spaces.rules.limits import Wish


@dataclass(frozen=True)
class Occurrence:
    """One date of the series."""

    place: Place
    reasons: list[str] = field(default_factory=list)
    codes: frozenset[str] = frozenset()
    instead: list[Place] = field(default_factory=list)
    chosen: str = ""
    """The value of the place that is ticked, if one is."""

    @property
    def is_possible(self) -> bool:
        return not self.reasons

    @property
    def name(self) -> str:
        """Of its field in the preview's form."""
        return f"on-{self.place.day:%Y-%m-%d}"

    @property
    def title(self) -> str:
        return dates.day(self.place.day)


def preview(
    *,
    space: Space,
    group: Group,
    days: Sequence[date],
    begins: time,
    ends: time,
    people: int,
    purpose: str,
    visitor: Visitor,
    use: str = "",
    supported_by: str = "",
    chosen: Collection[str] | None = None,
) -> list[Occurrence]:
    """Each date judged by the same rules as a booking. As many queries for 26 dates as for one.

    `chosen`: what was ticked before; at first, every date that can be had.
    """
    spaces = offered_spaces()
    if space.pk not in {one.pk for one in spaces}:
        spaces.append(space)
    calendar = space_days(spaces, days[0], days[-1], visitor)
    used = usage_of(group, days[0], days[-1])
    first = Wish(
        space, group, clock.at(days[0], begins), clock.at(days[0], ends), people, purpose, use, supported_by
    )
    found = []
    for day in days:
        wish = replace(first, begins_at=clock.at(day, begins), ends_at=clock.at(day, ends))
        refusals = alternatives.refusals(wish, calendar[day][space.pk], used)
        instead = []
        if refusals:
            of_day = calendar[day].values()
            instead = alternatives.other_times(wish, of_day, used) + alternatives.other_spaces(
                wish, of_day, used
            )
        place = Place(space, wish.begins_at, wish.ends_at)
        if not refusals:
            used.add(wish)
        offered = [one.value for one in (instead if refusals else [place])]
        ticked = [value for value in offered if value in chosen] if chosen is not None else offered
        found.append(
            Occurrence(
                place=place,
                reasons=[message for refusal in refusals for message in refusal.messages],
                codes=frozenset(refusal.code for refusal in refusals if refusal.code),
                instead=instead,
                chosen=ticked[0] if ticked and (chosen is not None or not refusals) else "",
            )
        )
    return found


def summary(*, pattern: str, first: date, begins: time, ends: time, group: Group, space: Space) -> str:
    """「あおば見守りの会・スペースA・毎月第3金曜日 13:00-15:00」"""
    weekday = date_format(first, "l")
    repeats = {
        BookingSeries.Pattern.WEEKLY: _("毎週%(weekday)s"),
        BookingSeries.Pattern.FORTNIGHTLY: _("隔週%(weekday)s"),
        BookingSeries.Pattern.MONTHLY: _("毎月第%(nth)d%(weekday)s"),
    }[BookingSeries.Pattern(pattern)] % {"weekday": weekday, "nth": rules.nth_of_month(first)}
    hours = dates.hours(begins, ends)
    return f"{group.name}・{space.name}・{repeats} {hours}"


@dataclass(frozen=True)
class SeriesLine(BookingLine):
    """One of the series, and how it is cancelled."""

    day: str
    cancel_url: str
    can_cancel: bool


@dataclass(frozen=True)
class SeriesPage:
    lines: list[SeriesLine]
    can_cancel: bool
    """Some of it can still be cancelled by this person."""
    to_cancel: list[Booking]
    kept: list[Booking]
    """Ahead, but past the deadline: only staff can cancel these."""


def series_page(series: BookingSeries, user: User, *, since: date | None = None) -> SeriesPage:
    bookings = list(series.bookings.select_related("space__policy", "group").defer("group__search"))
    may_write = rights.may_book_for(user, series.group)
    ahead = [booking for booking in bookings if booking.is_ahead and (since is None or booking.day >= since)]
    to_cancel = [booking for booking in ahead if may_write and rights.is_before_deadline(user, booking)]
    return SeriesPage(
        lines=[
            SeriesLine(
                **asdict(line),
                day=booking.day.isoformat(),
                cancel_url=reverse("booking_cancel", args=[booking.reference]),
                can_cancel=booking in to_cancel,
            )
            for booking, line in zip(bookings, booking_lines(bookings), strict=True)
        ],
        can_cancel=bool(to_cancel),
        to_cancel=to_cancel,
        kept=[booking for booking in ahead if booking not in to_cancel],
    )
