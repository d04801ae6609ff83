"""A person as a statement may see them (kyodo.statements): what decides about their rights, and nothing else."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from kyodo import statements


@dataclass(frozen=True)
class Viewer:
    """Stands in for a User while a statement is compiled. Whatever it does not have, `visible_to` cannot decide by
    without an error: so that the SQL made for one person is never used for another with other rights.
    """

    pk: int
    role: str
    is_active: bool
    is_superuser: bool
    ward_centre_id: int | None

    Role = User.Role
    CENTRE_ROLES = User.CENTRE_ROLES
    is_authenticated = True
    is_staff = User.is_staff
    is_ward_officer = User.is_ward_officer


def _stand_in(user: User, place: int) -> Viewer:
    office = None if user.ward_centre_id is None else 2_020_000_000 + place
    return Viewer(2_010_000_000 + place, user.role, user.is_active, user.is_superuser, office)


def _shape(user: User) -> Hashable:
    return user.role, user.is_active, user.is_superuser, user.ward_centre_id is None


def _scalars(user: Any) -> tuple[int, int | None]:
    return user.pk, user.ward_centre_id


def register() -> None:
    statements.KINDS[User] = statements.Kind(_stand_in, _scalars, _shape)
