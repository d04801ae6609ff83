"""Nobody takes everything: what the rows of a policy allow a group holds by every door, and under its lock."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.models import Group, User
from kyodo import clock
from spaces.actions import bookings, series
from spaces.models import Booking, BookingPolicy, Space
from spaces.queries.alternatives import Place
from spaces.queries.series import preview
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.centre import usual_week
from tests.factories.spaces import BookingFactory, yokohama_spaces
from tests.racing import race

NOW = datetime(2026, 11, 20, 10, 10, tzinfo=clock.TOKYO)
TUESDAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lab(db: None) -> Space:
    usual_week()
    return yokohama_spaces()["kyodo-lab"]


def limit(space: Space, **numbers: int) -> Space:
    BookingPolicy.objects.filter(pk=space.policy_id).update(**numbers)
    return Space.objects.for_booking().get(pk=space.pk)


def booker(space: Space, group: Group, by: User, day: date) -> Callable[[], Booking]:
    begins_at = clock.at(day, time(13))
    return lambda: bookings.book_space(
        space=space,
        group=group,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(hours=2),
        people=5,
        purpose="会",
        by=by,
    )


def refused(press: Callable[[], object]) -> list[str | None]:
    with pytest.raises(ValidationError) as refusal:
        press()
    return [error.code for error in refusal.value.error_list]


def test_the_month_of_use_is_counted_and_no_other(lab: Space, group: Group, representative: User) -> None:
    space = limit(lab, monthly_minutes=240)
    for day in (TUESDAY, TUESDAY + timedelta(days=1)):
        BookingFactory(space=space, group=group, day=day, minutes=90)

    assert refused(booker(space, group, representative, TUESDAY + timedelta(days=2))) == ["monthly_limit"]
    assert booker(space, group, representative, date(2026, 12, 1))().pk
    assert booker(space, GroupFactory(representative=representative), representative, TUESDAY)().pk


def test_used_bookings_make_room_for_others(lab: Space, group: Group, representative: User) -> None:
    space = limit(lab, open_bookings=2)
    BookingFactory(space=space, group=group, day=NOW.date() - timedelta(days=1), used=True)
    BookingFactory(space=space, group=group, day=TUESDAY)

    own = booker(space, group, representative, TUESDAY + timedelta(days=1))()

    assert refused(booker(space, group, representative, TUESDAY + timedelta(days=2))) == ["open_bookings"]
    changed = bookings.change_booking(
        booking=own,
        version=own.version,
        by=representative,
        space=space,
        begins_at=own.begins_at,
        ends_at=own.ends_at,
        people=6,
        purpose="会",
    )
    assert changed.people == 6


def test_a_series_stops_where_the_limit_is_and_its_preview_knows(
    lab: Space, group: Group, representative: User
) -> None:
    space = limit(lab, open_bookings=2)
    days = [TUESDAY + timedelta(weeks=week) for week in range(3)]
    places = [Place(space, clock.at(day, time(13)), clock.at(day, time(14))) for day in days]

    shown = preview(
        space=space,
        group=group,
        days=days,
        begins=time(13),
        ends=time(14),
        people=5,
        purpose="会",
        visitor=representative,
    )
    codes = refused(
        lambda: series.book_series(
            space=space,
            group=group,
            pattern="weekly",
            places=places,
            people=5,
            purpose="会",
            by=representative,
        )
    )

    assert [sorted(one.codes) for one in shown] == [[], [], ["open_bookings"]]
    assert codes == ["open_bookings"]
    assert not Booking.objects.exists()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_the_limit_together() -> None:
    usual_week()
    space = limit(yokohama_spaces()["kyodo-lab"], open_bookings=3)
    person = UserFactory()
    group = GroupFactory(representative=person)
    days = [TUESDAY + timedelta(days=offset) for offset in (0, 1, 2, 7, 8, 9)]

    outcome = race(*(booker(space, group, person, day) for day in days))

    assert outcome.broke == []
    assert outcome.won == 3
    assert set(outcome.refused) == {"open_bookings"}
