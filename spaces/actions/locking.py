"""The one way to write occupancies: lock the groups, then the units, in the same order for everybody.

The exclusion constraint alone is right but deadlocks in a rush; locks alone are right until somebody forgets them.
Together they are both (docs/decisions/0001-double-booking.md).
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Group
from kyodo.statements import Statement
from spaces.models import Unit

LOCK_TIMEOUT = "5s"
EXCLUSION_VIOLATION = "23P01"
DEADLOCK_DETECTED = "40P01"
LOCK_NOT_AVAILABLE = "55P03"


def taken() -> ValidationError:
    return ValidationError(
        _("この時間は、先にほかの予約が入りました。別の時間を選んでください。"), code="taken"
    )


def busy() -> ValidationError:
    return ValidationError(
        _("いま申し込みが集中しています。少し待って、もう一度お試しください。"), code="busy"
    )


@contextmanager
def reserving(*, group_ids: Iterable[int] = (), unit_ids: Iterable[int]) -> Iterator[dict[int, Group]]:
    """A transaction that holds the groups' and then the units' rows; yields the groups as they are under the lock.

    Raises ValidationError with code "taken" when the constraint refuses what the locks let through, and "busy" when
    the locks could not be had in time.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            groups = lock_groups(group_ids)
            lock_units(unit_ids)
            yield groups
    except IntegrityError as error:
        if _code(error) == EXCLUSION_VIOLATION:
            raise taken() from error
        raise
    except OperationalError as error:
        if _code(error) in (DEADLOCK_DETECTED, LOCK_NOT_AVAILABLE):
            raise busy() from error
        raise


def lock_groups(ids: Iterable[int]) -> dict[int, Group]:
    """Whoever counts a group's hours holds its row."""
    ids = sorted(set(ids))
    if not ids:
        return {}
    return {group.pk: group for group in _groups_locked.rows(ids)}


def lock_units(ids: Iterable[int]) -> None:
    if ids := sorted(set(ids)):
        _units_locked.rows(ids)


@Statement
def _groups_locked(keys: list[int]) -> QuerySet[Group]:
    return Group.objects.filter(pk__one_of=keys).order_by("pk").defer("search").select_for_update(no_key=True)


@Statement
def _units_locked(keys: list[int]) -> QuerySet[Unit, int]:
    units = Unit.objects.filter(pk__one_of=keys).order_by("pk").select_for_update(no_key=True)
    return units.values_list("pk", flat=True)


def _code(error: Exception) -> str | None:
    return getattr(error.__cause__, "sqlstate", None)
