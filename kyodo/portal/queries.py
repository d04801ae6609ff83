"""What the front door's pages read. The only place that gathers from all apps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

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


@dataclass(frozen=True)
class SpaceToday:
    """What is left of a space today: its state in one word and the times that are free from now on."""

    space: Space
    state: State
    free: tuple[Slot, ...]


@dataclass(frozen=True)
class Home:
    """What can I do here today?"""

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
    days = availability.space_days(spaces, today, today, visitor)[today]
    return Home(
        today=today,
        status=hours.today_status(),
        spaces=[_today(days[space.pk]) for space in spaces],
        news=list(NewsItem.objects.published()[:NEWS]),
    )


def _today(day: SpaceDay) -> SpaceToday:
    free = tuple(run for run in day.runs() if run.state.is_bookable)
    return SpaceToday(space=day.space, state=day.state, free=free)


@dataclass(frozen=True)
class Entry:
    """One line of /my/: what, when, where it leads. The badge says its state in words."""

    title: str
    url: str
    text: str = ""
    badge: str = ""
    badge_kind: str = ""
    action: str = ""
    """What to press, in the part of what needs the person: 「書類を出す」"""


@dataclass(frozen=True)
class MyPage:
    """A person's own page: what needs them first, then what is coming, then what was."""

    needs: Sequence[Entry] = field(default_factory=tuple)
    coming: Sequence[Entry] = field(default_factory=tuple)
    past: Sequence[Entry] = field(default_factory=tuple)


def my_page(user: User) -> MyPage:
    return MyPage()
