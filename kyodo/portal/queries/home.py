"""What the front door reads: what can I do here today?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from kyodo import clock
from kyodo.centre import hours
from kyodo.centre.hours import TodayStatus
from kyodo.centre.models import NewsItem
from spaces.models import Space
from spaces.queries import availability
from spaces.queries.availability import Slot, SpaceDay, State

NEWS = 3
# Far enough to see on which days today's booking windows opened.
LOOK_BACK = timedelta(days=70)


@dataclass(frozen=True)
class SpaceToday:
    """What is left of a space today: its state in one word and the times that are free from now on."""

    space: Space
    state: State
    free: tuple[Slot, ...]


@dataclass(frozen=True)
class Home:
    today: date
    status: TodayStatus
    spaces: Sequence[SpaceToday]
    news: Sequence[NewsItem]

    @property
    def free_spaces(self) -> int:
        return sum(bool(one.free) for one in self.spaces)


def home(visitor: User | AnonymousUser) -> Home:
    today = clock.today()
    spaces = availability.offered_spaces()
    calendar = hours.Calendar(today - LOOK_BACK, today + timedelta(days=hours.DAYS_AHEAD))
    days = availability.space_days(spaces, today, today, visitor, calendar)[today]
    return Home(
        today=today,
        status=hours.today_status(calendar),
        spaces=[_today(days[space.pk]) for space in spaces],
        news=list(NewsItem.objects.published()[:NEWS]),
    )


def _today(day: SpaceDay) -> SpaceToday:
    free = tuple(day.free_times())
    return SpaceToday(space=day.space, state=day.state, free=free)
