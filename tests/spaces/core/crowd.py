"""Who races in the tests of races: twelve groups at the spaces of Yokohama, and what must be true afterwards."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

from django.db import connection

from accounts.models import Group, User
from kyodo import clock
from spaces.actions import bookings
from spaces.models import Booking, BookingPolicy, Space
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.centre import usual_week
from tests.factories.spaces import yokohama_spaces
from tests.racing import Outcome

CLIENTS = 12
ROUNDS = 150
HOURS = range(9, 17)


class Crowd:
    """Twelve groups, each with someone who books, and spaces whose window has been open for long."""

    def __init__(self) -> None:
        usual_week()
        self.spaces = yokohama_spaces()
        BookingPolicy.objects.update(window_kind=BookingPolicy.WindowKind.DAYS, window_amount=400)
        self.people = [UserFactory() for _ in range(CLIENTS)]
        self.groups = [
            GroupFactory(representative=person, valid_until=clock.today() + timedelta(days=400))
            for person in self.people
        ]
        self.coordinator = UserFactory(coordinator=True)

    def space(self, slug: str) -> Space:
        return Space.objects.select_related("policy").get(slug=slug)

    def booker(
        self, lane: int, space: Space, begins_at: datetime, hours: int = 1, people: int = 5
    ) -> Callable[[], Booking]:
        group, person = self.groups[lane], self.people[lane]
        return lambda: book(space, group, person, begins_at, hours, people)


def book(
    space: Space, group: Group, person: User, begins_at: datetime, hours: int = 1, people: int = 5
) -> Booking:
    return bookings.book_space(
        space=space,
        group=group,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=hours),
        people=people,
        purpose="打合せ",
        use=Booking.Use.MEETING,
        by=person,
    )


def slots(count: int) -> list[datetime]:
    """So many hours that no two share, on open days from the day after tomorrow."""
    found = []
    day = clock.today() + timedelta(days=2)
    while len(found) < count:
        if (day.month, day.day) not in {(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)}:
            found += [clock.at(day, time(hour)) for hour in HOURS]
        day += timedelta(days=1)
    return found[:count]


def double_uses() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM spaces_occupancy a JOIN spaces_occupancy b"
            " ON a.unit_id = b.unit_id AND a.id < b.id AND a.period && b.period"
        )
        return int(cursor.fetchone()[0])


def assert_clean(outcomes: list[Outcome], refusals: set[str]) -> None:
    assert [error for outcome in outcomes for error in outcome.broke] == []
    unforeseen = {code for outcome in outcomes for code in outcome.refused} - refusals
    assert not unforeseen, unforeseen
    assert [number for number, outcome in enumerate(outcomes) if not outcome.won] == []
    assert double_uses() == 0
