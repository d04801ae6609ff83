"""The preview of a series: every date with a yes, or with the reasons against it and what could be had instead."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time

from accounts.models import Group
from kyodo import clock, dates
from spaces.models import Booking, BookingSeries, Space
from spaces.queries import alternatives
from spaces.queries.alternatives import Place
from spaces.queries.availability import Visitor, offered_spaces, space_days
from spaces.rules.limits import Wish


@dataclass(frozen=True)
class Occurrence:
    """One date of the series."""

    place: Place
    reasons: list[str] = field(default_factory=list)
    codes: frozenset[str] = frozenset()
    instead: list[Place] = field(default_factory=list)

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
    use: str = Booking.Use.MEETING,
) -> list[Occurrence]:
    """Each date judged by the same rules as a booking. As many queries for 26 dates as for one."""
    spaces = offered_spaces()
    if space.pk not in {one.pk for one in spaces}:
        spaces.append(space)
    calendar = space_days(spaces, days[0], days[-1], visitor)
    used = alternatives.used_minutes(group, days[0], days[-1])
    first = Wish(space, group, clock.at(days[0], begins), clock.at(days[0], ends), people, purpose, use)
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
        found.append(
            Occurrence(
                place=Place(space, wish.begins_at, wish.ends_at),
                reasons=[message for refusal in refusals for message in refusal.messages],
                codes=frozenset(refusal.code for refusal in refusals if refusal.code),
                instead=instead,
            )
        )
    return found


def series_bookings(series: BookingSeries) -> list[Booking]:
    return list(series.bookings.select_related("space__policy").order_by("begins_at", "pk"))
