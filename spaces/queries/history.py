"""What became of a booking, step by step: read from the rows that database triggers wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import User
from kyodo import dates
from spaces.models import Booking, Space

SHOWN = (
    "status",
    "space_id",
    "begins_at",
    "ends_at",
    "people",
    "purpose",
    "use",
    "reason",
    "checked_in_at",
    "people_came",
    "left_at",
)


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Step:
    at: datetime
    by: str
    is_first: bool
    changes: Sequence[Change]


def history_of(booking: Booking) -> list[Step]:
    """Newest first. Three queries, however long the story."""
    manager: models.Manager[Any] = booking.events  # type: ignore[attr-defined]
    events = list(manager.select_related("pgh_context").order_by("pgh_created_at", "pgh_id"))
    people = _names(events)
    spaces = {space.pk: space.name for space in Space.objects.all()}
    steps = []
    before: Any = None
    for event in events:
        changes = [] if before is None else _changes(before, event, spaces)
        if before is None or changes:
            steps.append(
                Step(
                    event.pgh_created_at, people.get(_user_id(event), _("システム")), before is None, changes
                )
            )
        before = event
    return steps[::-1]


def _changes(before: Any, after: Any, spaces: Mapping[int, str]) -> list[Change]:
    return [
        Change(
            str(Booking._meta.get_field(name.removesuffix("_id")).verbose_name),  # type: ignore[union-attr]
            _shown(before, name, spaces),
            _shown(after, name, spaces),
        )
        for name in SHOWN
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(event: Any, name: str, spaces: Mapping[int, str]) -> str:
    value = getattr(event, name)
    if name == "space_id":
        return spaces.get(value, "")
    if name in ("status", "use"):
        choices = Booking.Status if name == "status" else Booking.Use
        return str(choices(value).label)
    if isinstance(value, datetime):
        return dates.moment(value)
    return _("なし") if value in (None, "") else str(value)


def _user_id(event: Any) -> int | None:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    user = metadata.get("user")
    return user if isinstance(user, int) else None


def _names(events: Sequence[Any]) -> dict[int | None, str]:
    ids = {user_id for event in events if (user_id := _user_id(event)) is not None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=ids)}
