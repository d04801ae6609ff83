"""What became of a consultation since somebody opened it: read from the rows that database triggers wrote."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from accounts.models import Group, User
from consultations.models import Consultation, Contact
from consultations.queries.timeline import Happening, timeline_of
from kyodo import dates
from kyodo.centre.models import Ward

SHOWN = (
    "status",
    "waiting_for",
    "assignee_id",
    "due_at",
    "next_step",
    "follow_up_on",
    "subject",
    "text",
    "kind",
    "audience",
    "wish",
    "ward_id",
    "group_id",
    "outcome",
    "outcome_text",
    "reopening_asked_at",
)
SAME_STEP = timedelta(seconds=2)
"""A row and what it tells of are written a moment apart."""


@dataclass(frozen=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Meanwhile:
    changes: Sequence[Change]
    happenings: Sequence[Happening]
    by: Sequence[str]
    """Who changed it."""


def since_version(consultation: Consultation, version: int, user: User) -> Meanwhile:
    """For a page that somebody opened at that version and saves now."""
    events = list(_events(consultation).filter(version__gte=version).order_by("pgh_id"))
    seen = next((one for one in reversed(events) if one.version == version), None)
    if seen is None:
        return Meanwhile((), (), ())
    later = [one for one in events if one.pgh_id > seen.pgh_id]
    opened_at = seen.pgh_created_at + SAME_STEP
    since = min([opened_at, *(one.pgh_created_at for one in later)])
    people = _people([*events, consultation], later)
    timeline = timeline_of(
        consultation, user, consultation.introductions.select_related("by"), since=since, all_of_it=True
    )
    return Meanwhile(
        changes=_compare(seen, consultation, people, _places([seen, consultation])),
        happenings=timeline.happenings,
        by=[people[pk] for pk in dict.fromkeys(_user_id(one) for one in later) if pk in people],
    )


@dataclass(frozen=True)
class Step:
    at: datetime
    by: str
    changes: Sequence[Change]


def history_of(consultation: Consultation) -> list[Step]:
    """Every change of its own columns, newest first."""
    events = list(_events(consultation).order_by("pgh_id"))
    people, places = _people(events, events), _places(events)
    steps = []
    for before, after in zip(events, events[1:], strict=False):
        if changes := _compare(before, after, people, places):
            steps.append(Step(after.pgh_created_at, people.get(_user_id(after), ""), changes))
    return steps[::-1]


CONTACT = (
    "name",
    "name_kana",
    "organisation",
    "email",
    "phone",
    "may_phone",
    "may_mail",
    "may_leave_message",
)


def contact_history_of(consultation: Consultation) -> list[Step]:
    """The same of its contact; only for those who see contacts."""
    manager: models.Manager[Any] = consultation.contact.events  # type: ignore[attr-defined]
    events = list(manager.select_related("pgh_context").order_by("pgh_id"))
    people = _named(_user_id(one) for one in events)
    steps = []
    for before, after in zip(events, events[1:], strict=False):
        changes = [
            Change(
                str(Contact._meta.get_field(name).verbose_name),  # type: ignore[union-attr]
                _plain(getattr(before, name)),
                _plain(getattr(after, name)),
            )
            for name in CONTACT
            if getattr(before, name) != getattr(after, name)
        ]
        if changes:
            steps.append(Step(after.pgh_created_at, people.get(_user_id(after), ""), changes))
    return steps[::-1]


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    return str(value) or _("なし")


def _events(consultation: Consultation) -> Any:
    manager: models.Manager[Any] = consultation.events  # type: ignore[attr-defined]
    return manager.select_related("pgh_context")


def _compare(
    before: Any, after: Any, people: Mapping[int | None, str], places: Mapping[tuple[str, int], str]
) -> list[Change]:
    return [
        Change(
            str(Consultation._meta.get_field(name.removesuffix("_id")).verbose_name),  # type: ignore[union-attr]
            _shown(before, name, people, places),
            _shown(after, name, people, places),
        )
        for name in SHOWN
        if getattr(before, name) != getattr(after, name)
    ]


def _shown(
    row: Any, name: str, people: Mapping[int | None, str], places: Mapping[tuple[str, int], str]
) -> str:
    value = getattr(row, name)
    if value in (None, ""):
        return _("なし")
    if name == "assignee_id":
        return people.get(value, "")
    if name in ("ward_id", "group_id"):
        return places.get((name, value), "")
    if isinstance(value, datetime):
        return dates.moment(value)
    if isinstance(value, date):
        return dates.day(value)
    field: Any = Consultation._meta.get_field(name)
    return str(dict(field.flatchoices).get(value, value))


def _user_id(event: Any) -> int | None:
    metadata = event.pgh_context.metadata if event.pgh_context else {}
    user = metadata.get("user")
    return user if isinstance(user, int) else None


def _people(rows: Sequence[Any], events: Sequence[Any]) -> dict[int | None, str]:
    return _named([*(row.assignee_id for row in rows), *(_user_id(event) for event in events)])


def _named(keys: Iterable[int | None]) -> dict[int | None, str]:
    return {user.pk: str(user) for user in User.objects.filter(pk__in=[key for key in keys if key])}


def _places(rows: Sequence[Any]) -> dict[tuple[str, int], str]:
    """Only what differs is asked for."""
    wards = {row.ward_id for row in rows} - {None}
    groups = {row.group_id for row in rows} - {None}
    names = {("ward_id", one.pk): one.name for one in Ward.objects.filter(pk__in=wards)} if len(wards) else {}
    if groups:
        names |= {
            ("group_id", pk): name
            for pk, name in Group.objects.filter(pk__in=groups).values_list("pk", "name")
        }
    return names
