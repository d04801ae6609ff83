"""What floors above let go of: when a group's registration ends its bookings, when a person leaves for good what they
asked.

An app registers its action once, in the `ready` of its AppConfig; it runs in the transaction that closes the group,
under the group's lock, or in the one that deletes the account.
"""

from collections.abc import Collection
from typing import Protocol

from accounts.models import Group, User


class Ending(Protocol):
    def __call__(self, *, group: Group, by: User) -> object: ...


class Departure(Protocol):
    def __call__(self, *, user: User, addresses: Collection[str]) -> object: ...


_endings: list[Ending] = []
_departures: list[Departure] = []


def register(ending: Ending) -> None:
    if ending not in _endings:
        _endings.append(ending)


def follow(*, group: Group, by: User) -> None:
    for ending in _endings:
        ending(group=group, by=by)


def register_departure(departure: Departure) -> None:
    if departure not in _departures:
        _departures.append(departure)


def follow_departure(*, user: User, addresses: Collection[str]) -> None:
    for departure in _departures:
        departure(user=user, addresses=addresses)
