"""Which units (場所の単位) seat so many people: arithmetic, the same for a booking, a calendar and a draw."""

from collections.abc import Sequence
from typing import NamedTuple

from spaces.models import Space


class Seats(NamedTuple):
    """A unit and how many can sit at it."""

    unit: int
    seats: int


def seats_of(space: Space) -> list[Seats]:
    return [Seats(unit, seats) for unit, seats in zip(space.unit_ids, space.unit_seats, strict=True)]


def units_taken(space: Space, people: int, free: Sequence[Seats]) -> list[int]:
    """What a space takes of its free units: as many as its people need, or all; empty when it can't be had."""
    if space.takes == Space.Takes.ANY:
        return enough_units(people, free)
    return [unit.unit for unit in free] if len(free) == len(space.unit_ids) else []


def enough_units(people: int, free: Sequence[Seats]) -> list[int]:
    """The fewest of the free units that seat everybody, none larger than it must be; empty when all are too few.

    Of like units the first is given out first.
    """
    left, chosen = list(free), []
    while people > 0 and left:
        fitting = [unit for unit in left if unit.seats >= people]
        taken = min(fitting, key=_seats) if fitting else max(left, key=_seats)
        left.remove(taken)
        chosen.append(taken.unit)
        people -= taken.seats
    return chosen if people <= 0 else []


def _seats(unit: Seats) -> int:
    return unit.seats
