"""Many at one slot, by every door: never a double use, always a winner, nobody sees an error page.

Real threads with connections of their own on the real PostgreSQL. The companions at the end take the guards away one
by one, so that these tests are known to be able to fail. How long it takes stands in benchmarks/.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta

import pytest
from django.db import connection

from accounts.models import Group
from kyodo import clock
from spaces.actions import bookings, holds, locking
from spaces.models import Booking, Hold, Occupancy, Space
from tests.factories.accounts import UserFactory
from tests.factories.spaces import BookingFactory, HoldFactory, SpaceFactory, UnitFactory
from tests.racing import Outcome, Racers
from tests.spaces.core.crowd import CLIENTS, HOURS, ROUNDS, Crowd, assert_clean, book, double_uses, slots

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


def test_booking_a_b_and_both_halves_at_once(crowd: Crowd) -> None:
    chosen = [crowd.space(slug) for slug in ("space-a", "space-b", "space-ab")]
    rounds = [
        [crowd.booker(lane, chosen[(lane + number) % 3], slot) for lane in range(CLIENTS)]
        for number, slot in enumerate(slots(ROUNDS))
    ]

    outcomes = Racers(CLIENTS).run_rounds(rounds)

    assert_clean(outcomes, {"taken"})
    assert {outcome.won for outcome in outcomes} <= {1, 2}
    # Whoever won holds the units of what they won, no more and no less.
    for booking in Booking.objects.live().select_related("space"):
        assert booking.occupancies.count() == booking.space.units.count()


def test_booking_the_last_free_table(crowd: Crowd) -> None:
    lab = crowd.space("kyodo-lab")
    times = slots(ROUNDS)
    HoldFactory(
        units=list(lab.units.all()[:3]),
        begins_at=times[0],
        ends_at=times[-1] + timedelta(hours=1),
        kind=Hold.Kind.OTHER,
    )
    # A group has three hours a day, so each table goes to another one in turn.
    rounds = [
        [crowd.booker((lane + number) % CLIENTS, lab, slot) for lane in range(CLIENTS)]
        for number, slot in enumerate(times)
    ]

    outcomes = Racers(CLIENTS).run_rounds(rounds)

    assert_clean(outcomes, {"taken", "daily_limit"})
    assert {outcome.won for outcome in outcomes} == {1}


def test_tens_at_four_tables(crowd: Crowd) -> None:
    """Ten people need two of the four tables: of twelve groups two win, and no table is shared."""
    lab = crowd.space("kyodo-lab")
    times = slots(30)
    rounds = [
        [crowd.booker((lane + number) % CLIENTS, lab, slot, people=10) for lane in range(CLIENTS)]
        for number, slot in enumerate(times)
    ]

    outcomes = Racers(CLIENTS).run_rounds(rounds)

    assert_clean(outcomes, {"taken", "daily_limit"})
    assert {outcome.won for outcome in outcomes} == {2}
    assert {booking.occupancies.count() for booking in Booking.objects.live()} == {2}


def test_moving_bookings_to_one_slot(crowd: Crowd) -> None:
    shelter = SpaceFactory(
        policy=crowd.spaces["space-a"].policy,
        units=[UnitFactory() for _ in range(CLIENTS)],
        takes=Space.Takes.ANY,
    )
    hour = clock.at(clock.today() + timedelta(days=1), time(10))
    parked = [
        BookingFactory(
            space=shelter, group=group, booked_by=person, begins_at=hour, ends_at=hour + timedelta(hours=1)
        )
        for group, person in zip(crowd.groups, crowd.people, strict=True)
    ]
    space = crowd.space("space-a")

    def mover(lane: int, slot: datetime) -> Callable[[], Booking]:
        def move() -> Booking:
            booking = Booking.objects.select_related("space__policy", "group").get(pk=parked[lane].pk)
            return bookings.change_booking(
                booking=booking,
                version=booking.version,
                by=crowd.people[lane],
                space=space,
                begins_at=slot,
                ends_at=slot + timedelta(hours=1),
                people=5,
                purpose="移した打合せ",
            )

        return move

    outcomes = Racers(CLIENTS).run_rounds(
        [[mover(lane, slot) for lane in range(CLIENTS)] for slot in slots(ROUNDS)]
    )

    assert_clean(outcomes, {"taken"})
    assert {outcome.won for outcome in outcomes} == {1}
    assert Occupancy.objects.count() == CLIENTS


def test_approving_while_others_decide_and_book(crowd: Crowd) -> None:
    hall, half = crowd.space("space-ab"), crowd.space("space-a")
    coordinators = [UserFactory(coordinator=True) for _ in range(CLIENTS // 2)]
    rounds: list[list[Callable[[], object]]] = []
    for slot in slots(ROUNDS):
        asked = BookingFactory(
            space=hall,
            group=crowd.groups[0],
            booked_by=crowd.people[0],
            begins_at=slot,
            ends_at=slot + timedelta(hours=1),
            requested=True,
            people=100,
            use=Booking.Use.EVENT,
        )
        deciders: list[Callable[[], object]] = [
            (lambda asked=asked, who=who: bookings.approve_booking(booking=asked, version=1, by=who))
            for who in coordinators
        ]
        rounds.append(deciders + [crowd.booker(lane, half, slot) for lane in range(CLIENTS // 2)])

    outcomes = Racers(CLIENTS).run_rounds(rounds)

    # Whoever asked has the time already: "own".
    assert_clean(outcomes, {"taken", "stale", "own"})
    # Held from the request on: one approval, and nobody slips in.
    assert {outcome.won for outcome in outcomes} == {1}
    assert Booking.objects.filter(status=Booking.Status.CONFIRMED).count() == ROUNDS


def test_holding_against_bookings(crowd: Crowd) -> None:
    chosen = [crowd.space(slug) for slug in ("space-a", "space-b", "space-ab")]
    halves = list(chosen[2].units.all())

    def holder(slot: datetime) -> Callable[[], Hold]:
        return lambda: holds.place_hold(
            kind=Hold.Kind.INSPECTION,
            title="点検",
            units=halves,
            begins_at=slot,
            ends_at=slot + timedelta(hours=1),
            by=crowd.coordinator,
        )

    rounds: list[list[Callable[[], object]]] = [
        [
            holder(slot) if lane % 3 == 0 else crowd.booker(lane, chosen[lane % 3], slot)
            for lane in range(CLIENTS)
        ]
        for slot in slots(ROUNDS)
    ]

    outcomes = Racers(CLIENTS).run_rounds(rounds)

    assert_clean(outcomes, {"taken", "hits"})


def test_a_group_never_passes_its_hours_of_a_day(crowd: Crowd) -> None:
    lab = crowd.space("kyodo-lab")
    days = sorted({slot.date() for slot in slots(ROUNDS * len(HOURS))})[:ROUNDS]
    group, person = crowd.groups[0], crowd.people[0]

    def asker(day: date, lane: int) -> Callable[[], Booking]:
        return lambda: book(lab, group, person, clock.at(day, time(HOURS[lane % len(HOURS)])))

    outcomes = Racers(CLIENTS).run_rounds([[asker(day, lane) for lane in range(CLIENTS)] for day in days])

    assert_clean(outcomes, {"daily_limit"})
    assert {outcome.won for outcome in outcomes} == {3}


# ── The guards taken away ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def _no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code as it would be had somebody forgotten the locks."""
    monkeypatch.setattr(locking, "lock_groups", lambda ids: Group.objects.in_bulk(list(ids)))
    monkeypatch.setattr(locking, "lock_units", lambda ids: None)


@pytest.fixture
def _no_constraint(transactional_db: None) -> Iterator[None]:
    """The table as it would be without its last line; put back whatever happens."""
    constraint = next(one for one in Occupancy._meta.constraints if one.name == "occupancy_one_at_a_time")
    with connection.schema_editor() as editor:
        editor.remove_constraint(Occupancy, constraint)
    yield
    Occupancy.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Occupancy, constraint)


def rush(crowd: Crowd, count: int, clients: int = CLIENTS) -> list[Outcome]:
    chosen = [crowd.space(slug) for slug in ("space-a", "space-b", "space-ab")]
    return Racers(clients).run_rounds(
        [[crowd.booker(lane, chosen[lane % 3], slot) for lane in range(clients)] for slot in slots(count)]
    )


@pytest.mark.usefixtures("_no_locks")
def test_without_locks_the_constraint_still_holds(crowd: Crowd) -> None:
    """Right, though slow: rivals deadlock and are told to try again."""
    outcomes = rush(crowd, 20, clients=3)

    assert [error for outcome in outcomes for error in outcome.broke] == []
    assert double_uses() == 0
    assert sum(outcome.won for outcome in outcomes) > 0


@pytest.mark.usefixtures("_no_constraint")
def test_without_the_constraint_the_locks_still_hold(crowd: Crowd) -> None:
    outcomes = rush(crowd, 20)

    assert_clean(outcomes, {"taken"})


@pytest.mark.usefixtures("_no_constraint", "_no_locks")
def test_without_both_places_are_used_twice(crowd: Crowd) -> None:
    """What the two guards are for: this is how it goes wrong, and that these tests can see it."""
    outcomes = rush(crowd, 20)

    assert sum(outcome.won for outcome in outcomes) > len(outcomes), [
        (o.won, o.refused, o.broke[:1]) for o in outcomes
    ][:3]
    assert double_uses() > 0


@pytest.mark.usefixtures("_no_locks")
def test_without_locks_a_group_passes_its_hours(crowd: Crowd) -> None:
    """No constraint can count hours: only the lock on the group's row does."""
    lab = crowd.space("kyodo-lab")
    day = slots(1)[0].date()
    group, person = crowd.groups[0], crowd.people[0]

    askers = [
        [lambda lane=lane, day=day: book(lab, group, person, clock.at(day, time(HOURS[lane])))
         for lane in range(len(HOURS))]
    ]  # fmt: skip
    outcome = Racers(len(HOURS)).run_rounds(askers)[0]

    assert outcome.won > 3
