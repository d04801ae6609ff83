"""A table has its seats: who are more than one table seats take two, or hear why not. By every door."""

from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError

from accounts.models import Group, User
from kyodo import clock
from spaces.actions import bookings, waiting, walk_ins
from spaces.models import Booking, BookingPolicy, Space
from spaces.queries.alternatives import alternatives
from spaces.queries.availability import State, space_days
from spaces.rules import lottery
from spaces.rules.limits import Wish
from spaces.rules.seating import Seats, enough_units
from tests.factories.accounts import GroupFactory, UserFactory
from tests.factories.centre import usual_week
from tests.factories.spaces import BookingFactory, SpaceFactory, UnitFactory, yokohama_spaces

NOW = datetime(2026, 11, 20, 10, 10, tzinfo=clock.TOKYO)
BEGINS = datetime(2026, 11, 25, 13, tzinfo=clock.TOKYO)
ENDS = BEGINS + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _now(db: None) -> object:
    with time_machine.travel(NOW, tick=False):
        usual_week()
        yield


@pytest.fixture
def lab() -> Space:
    return yokohama_spaces()["kyodo-lab"]


def book(space: Space, people: int, **changes: object) -> Booking:
    person = UserFactory()
    group = GroupFactory(representative=person)
    wish = {"begins_at": BEGINS, "ends_at": ENDS, "purpose": "会", "by": person} | changes
    return bookings.book_space(space=space, group=group, people=people, **wish)


@pytest.mark.parametrize(
    ("people", "seats", "chosen"),
    [
        (7, [7, 7], [0]),
        (8, [7, 7], [0, 1]),
        (10, [4, 7, 7], [1, 0]),
        (3, [10, 4], [1]),
        (15, [7, 7], []),
        (1, [], []),
    ],
)
def test_the_fewest_units_that_seat_everybody(people: int, seats: list[int], chosen: list[int]) -> None:
    assert enough_units(people, [Seats(unit, count) for unit, count in enumerate(seats)]) == chosen


def test_ten_people_take_two_tables(lab: Space) -> None:
    assert book(lab, 7).occupancies.count() == 1
    assert book(lab, 10).occupancies.count() == 2


def test_one_table_left_is_too_few_for_ten_and_says_so(lab: Space) -> None:
    for people in (7, 7, 7):
        book(lab, people)

    with pytest.raises(ValidationError) as refused:
        book(lab, 10)

    assert refused.value.error_list[0].code == "taken"
    assert "空いているのは7席" in refused.value.messages[0]
    assert book(lab, 7).occupancies.count() == 1


def test_more_people_than_seats_are_refused() -> None:
    room = SpaceFactory(units=[UnitFactory(seats=6)], people_max=10)

    with pytest.raises(ValidationError) as refused:
        book(room, 7)

    assert [error.code for error in refused.value.error_list] == ["people"]


def test_more_people_in_a_change_take_another_table(lab: Space) -> None:
    booking = book(lab, 4)

    def change(people: int) -> Booking:
        now = Booking.objects.get(pk=booking.pk)
        return bookings.change_booking(
            booking=now,
            version=now.version,
            by=now.booked_by,
            space=lab,
            begins_at=BEGINS,
            ends_at=ENDS,
            people=people,
            purpose="会",
        )

    assert change(9).occupancies.count() == 2
    assert change(5).occupancies.count() == 1


def test_a_walk_in_of_ten_takes_two_tables(lab: Space, group: Group, reception: User) -> None:
    booking = walk_ins.book_walk_in(
        space=lab,
        group=group,
        ends_at=clock.at(clock.today(), time(12)),
        people=10,
        purpose="会",
        by=reception,
    )

    assert booking.occupancies.count() == 2


def test_ten_wait_while_a_single_table_is_free(lab: Space, group: Group, representative: User) -> None:
    for people in (7, 7, 7):
        book(lab, people)
    wish = {"space": lab, "group": group, "begins_at": BEGINS, "ends_at": ENDS, "by": representative}

    assert waiting.join_waiting(people=10, **wish).pk
    with pytest.raises(ValidationError) as refused:
        waiting.join_waiting(people=5, **wish)

    assert refused.value.error_list[0].code == "free"


@pytest.mark.parametrize("seats", [[7, 7], [7, 6]])
def test_calendars_count_for_the_people_asked_for(
    seats: list[int], group: Group, representative: User
) -> None:
    lab = SpaceFactory(units=[UnitFactory(seats=count) for count in seats], takes=Space.Takes.ANY)
    book(lab, 5)

    def state(people: int) -> State:
        day = space_days([lab], BEGINS.date(), BEGINS.date(), representative, people=people)[BEGINS.date()]
        return next(slot.state for slot in day[lab.pk].slots() if slot.begins == time(13))

    assert state(5) == State.FEW
    assert state(10) == State.TAKEN


def test_other_times_have_the_seats_too(group: Group, representative: User) -> None:
    """A table free before two and another after two are no table for one to three."""
    lab = SpaceFactory(units=[UnitFactory(), UnitFactory()], takes=Space.Takes.ANY)
    BookingPolicy.objects.update(daily_minutes=None)
    first, second = lab.units.order_by("code")
    for unit, hour in ((first, 13), (second, 14)):
        BookingFactory(space=lab, occupancies=[unit], day=BEGINS.date(), hour=hour)
    lab.refresh_from_db()

    found = alternatives(Wish(lab, group, BEGINS, ENDS, 5, "会"), representative)

    assert BEGINS not in {place.begins_at for place in found.other_times}
    for place in found.other_times:
        assert bookings.fact_queries.free_units(lab, place.begins_at, place.ends_at, 5)


def test_a_draw_counts_the_tables_each_entry_needs() -> None:
    def entry(number: int, units: int) -> lottery.RecordedEntry:
        return {
            "number": number,
            "group": f"G{number}",
            "begins": "2026-12-04T13:00",
            "ends": "2026-12-04T15:00",
            "units": units,
            "barred": "",
        }

    record: lottery.Record = {
        "places": 3,
        "buffer_before_minutes": 0,
        "buffer_after_minutes": 0,
        "daily_minutes": None,
        "entries": [entry(1, 2), entry(2, 2)],
    }

    turns = lottery.run("00", record)

    assert [turn.won for turn in turns] == [True, False]
