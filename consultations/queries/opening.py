"""One consultation, opened by somebody: as much of it as their office may see is read from the database, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.models import Group, User
from consultations.models import Access, CannedReply, Consultation, ReplyDraft, Tag, WishedTime
from kyodo import clock
from kyodo.statements import Statement
from spaces.models import Booking

Level = Access.Level
BOOKINGS_SHOWN = 3
MOST_TAGS = 200
OUTLINE = (
    "reference",
    "status",
    "waiting_for",
    "kind",
    "audience",
    "ward_centre",
    "outcome",
    "outcome_text",
    "received_at",
    "closed_at",
    "anonymised_at",
    "version",
)
"""What an office sees that follows a consultation: where it stands and how it ended, none of its words but those."""


@dataclass(frozen=True)
class Opened:
    """A consultation with what stands in other tables about it, read along."""

    consultation: Consultation
    level: str
    tags: Sequence[Mapping[str, Any]] = ()
    known_tags: Sequence[str] = ()
    fields: Sequence[str] = ()
    wished_times: Sequence[datetime] = ()
    related: Sequence[int] = ()
    bookings: Sequence[Booking] = ()
    """The next of the group's."""
    canned: Sequence[Mapping[str, Any]] = ()
    has_draft: bool = False

    @property
    def is_readable(self) -> bool:
        return self.level in Access.READS

    @property
    def shows_outcome(self) -> bool:
        """A summary is all that an office reads before it has accepted."""
        return self.level != Level.SUMMARY


def open_for(user: User, pk: int) -> Opened:
    """404 for whoever may not see it at all."""
    row: Any = _whole.first(user, pk)
    if row is None:
        return _outline(Consultation.objects.visible_to(user).filter(pk=pk).annotate(level=_level(user)))
    return Opened(
        row,
        row.level,
        tags=row.tag_rows,
        known_tags=row.known_tags,
        fields=row.field_names,
        wished_times=row.wishes,
        related=row.related_keys,
        bookings=_bookings(row, user),
        canned=row.canned_rows,
        has_draft=row.has_draft,
    )


def _level(user: User) -> Subquery:
    office = Access.objects.of_office(user.ward_centre_id).filter(consultation=OuterRef("pk"))
    return Subquery(office.values("level")[:1])


def _outline(rows: Any) -> Opened:
    """What none of its words belong to is all that is read."""
    row = rows.select_related("ward_centre").only(*OUTLINE, "ward_centre__name").first()
    if row is None:
        raise Http404
    return Opened(row, row.level)


@Statement
def _whole(user: User, pk: int) -> QuerySet[Consultation]:
    """In one query: a page of this many parts would ask for each of them otherwise. What most have not (a group, an
    original) is read where there is one, since every table joined here takes the planner longer.
    """
    own = OuterRef("pk")
    fields = Consultation.fields.through.objects.filter(consultation=own).order_by("activityfield__position")
    related = Consultation.related.through.objects.filter(from_consultation=own)
    tags = Tag.objects.filter(consultations=own).order_by("name")
    canned = CannedReply.objects.filter(is_active=True).filter(Q(kind="") | Q(kind=OuterRef("kind")))
    return (
        Consultation.objects.readable_by(user)
        .filter(pk=pk)
        .select_related("contact", "ward", "assignee", "recorded_by")
        .defer("search", "contact__search")
        .annotate(
            level=_level(user),
            tag_rows=ArraySubquery(tags.values(row=JSONObject(pk="pk", name="name"))),
            known_tags=ArraySubquery(Tag.objects.order_by("name").values("name")[:MOST_TAGS]),
            field_names=ArraySubquery(fields.values("activityfield__short_name")),
            wishes=ArraySubquery(WishedTime.objects.filter(consultation=own).values("begins_at")),
            related_keys=ArraySubquery(related.values("to_consultation")),
            canned_rows=ArraySubquery(
                canned.order_by(F("kind").desc(), "position", "pk").values(
                    row=JSONObject(pk="pk", title="title", body="body")
                )
            ),
            has_draft=Exists(ReplyDraft.objects.filter(consultation=own, by=user.pk)),
        )
    )


def _bookings(consultation: Consultation, user: User) -> list[Booking]:
    """The group, and the next of its bookings."""
    if consultation.group_id is None:
        return []
    consultation.group = _group.first(consultation.group_id)
    return _next_bookings.rows(user, consultation.group_id, clock.now())


@Statement
def _group(pk: int) -> QuerySet[Group]:
    return Group.objects.filter(pk=pk).defer("search")


@Statement
def _next_bookings(user: User, group: int, now: datetime) -> QuerySet[Booking]:
    rows = Booking.objects.visible_to(user).filter(group=group).upcoming(now)
    return rows.select_related("space").order_by("begins_at")[:BOOKINGS_SHOWN]
