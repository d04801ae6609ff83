"""What the pages of an account read."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Group, User
from accounts.rules import people as rules


@dataclass(frozen=True)
class DeletionPage:
    """What stands in the way of leaving."""

    groups_to_hand_over: Sequence[Group]
    is_staff: bool

    @property
    def is_possible(self) -> bool:
        return not self.groups_to_hand_over and not self.is_staff


def deletion_page(user: User) -> DeletionPage:
    return DeletionPage(
        groups_to_hand_over=rules.groups_waiting_for_handover(user),
        is_staff=not rules.can_delete_own_account(user),
    )
