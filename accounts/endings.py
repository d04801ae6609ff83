"""What floors above let go of when a group's registration ends: its bookings today, its events later.

An app registers its action once, in the `ready` of its AppConfig; it runs in the transaction that closes the group,
under the group's lock.
"""

from typing import Protocol

from accounts.models import Group, User


class Ending(Protocol):
    def __call__(self, *, group: Group, by: User) -> object: ...


_endings: list[Ending] = []


def register(ending: Ending) -> None:
    if ending not in _endings:
        _endings.append(ending)


def follow(*, group: Group, by: User) -> None:
    for ending in _endings:
        ending(group=group, by=by)
