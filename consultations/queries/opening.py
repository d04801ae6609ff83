"""One consultation, opened by somebody: as much of it as their office may see is read from the database, no more."""

from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404

from accounts.models import User
from consultations.models import Access, Consultation, Tag, WishedTime

Level = Access.Level
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
    tags: list[dict[str, Any]]
    fields: list[str]
    wished_times: list[Any]

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
        return Opened(
            seen.select_related("ward_centre").only(*OUTLINE, "ward_centre__name").get(), level, [], [], []
        )
    row = _whole(seen).get()
    return Opened(row, level, row.tag_rows, row.field_names, row.wishes)


def _whole(rows: Any) -> Any:
    own = OuterRef("pk")
    fields = Consultation.fields.through.objects.filter(consultation=own).order_by("activityfield__position")
    return (
        rows.select_related(
            "contact", "group", "ward", "ward_centre", "assignee", "recorded_by", "person", "duplicate_of"
        )
        .defer("search", "contact__search", "group__search", "duplicate_of__search", "duplicate_of__text")
        .annotate(
            tag_rows=ArraySubquery(
                Tag.objects.filter(consultations=own)
                .order_by("name")
                .values(row=JSONObject(pk="pk", name="name"))
            ),
            field_names=ArraySubquery(fields.values("activityfield__short_name")),
            wishes=ArraySubquery(WishedTime.objects.filter(consultation=own).values("begins_at")),
        )
    )
