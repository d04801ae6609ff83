"""One consultation, opened by somebody: as much of it as their office may see is read from the database, no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.models import User
from consultations.models import Access, CannedReply, Consultation, ReplyDraft, Tag, WishedTime
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
    bookings: Sequence[Mapping[str, Any]] = ()
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
    office = Access.objects.of_office(user.ward_centre_id).filter(consultation=OuterRef("pk"))
    seen = Consultation.objects.visible_to(user).filter(pk=pk)
    level = seen.annotate(level=Subquery(office.values("level")[:1])).values_list("level", flat=True).first()
    if level is None:
        raise Http404
    if level not in Access.READS:
        return Opened(seen.select_related("ward_centre").only(*OUTLINE, "ward_centre__name").get(), level)
    row = _whole(seen, user).get()
    return Opened(
        row,
        level,
        tags=row.tag_rows,
        known_tags=row.known_tags,
        fields=row.field_names,
        wished_times=row.wishes,
        related=row.related_keys,
        bookings=[_with_times(booking) for booking in row.next_bookings],
        canned=row.canned_rows,
        has_draft=row.has_draft,
    )


def _whole(rows: Any, user: User) -> Any:
    """In one query: a page of this many parts would ask for each of them otherwise."""
    own = OuterRef("pk")
    fields = Consultation.fields.through.objects.filter(consultation=own).order_by("activityfield__position")
    related = Consultation.related.through.objects.filter(from_consultation=own)
    tags = Tag.objects.filter(consultations=own).order_by("name")
    bookings = (
        Booking.objects.visible_to(user).filter(group=OuterRef("group")).upcoming().order_by("begins_at")
    )
    canned = CannedReply.objects.filter(is_active=True).filter(Q(kind="") | Q(kind=OuterRef("kind")))
    booking = JSONObject(
        pk="pk", reference="reference", begins_at="begins_at", ends_at="ends_at", space="space__name"
    )
    return (
        rows.select_related(
            "contact", "group", "ward", "ward_centre", "assignee", "recorded_by", "person", "duplicate_of"
        )
        .defer("search", "contact__search", "group__search", "duplicate_of__search", "duplicate_of__text")
        .annotate(
            tag_rows=ArraySubquery(tags.values(row=JSONObject(pk="pk", name="name"))),
            known_tags=ArraySubquery(Tag.objects.order_by("name").values("name")[:MOST_TAGS]),
            field_names=ArraySubquery(fields.values("activityfield__short_name")),
            wishes=ArraySubquery(WishedTime.objects.filter(consultation=own).values("begins_at")),
            related_keys=ArraySubquery(related.values("to_consultation")),
            next_bookings=ArraySubquery(bookings.values(row=booking)[:BOOKINGS_SHOWN]),
            canned_rows=ArraySubquery(
                canned.order_by(F("kind").desc(), "position", "pk").values(
                    row=JSONObject(pk="pk", title="title", body="body")
                )
            ),
            has_draft=Exists(ReplyDraft.objects.filter(consultation=own, by=user.pk)),
        )
    )


def _with_times(booking: Mapping[str, Any]) -> dict[str, Any]:
    times = {name: datetime.fromisoformat(booking[name]) for name in ("begins_at", "ends_at")}
    return {**booking, **times}
