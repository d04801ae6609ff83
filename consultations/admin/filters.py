"""What the list of consultations can be narrowed by."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Tag
from consultations.queries.filters import Choices, narrowed
from kyodo import clock, dates

YEARS_BACK = 4


class WhenFilter(admin.SimpleListFilter):
    """By when it came: this month, the one before, or a fiscal year."""

    title = _("受け付けた時期")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        year = clock.fiscal_year(clock.today())
        years = [(str(one), dates.fiscal_year(one)) for one in range(year, year - YEARS_BACK - 1, -1)]
        return [("month", _("今月")), ("last_month", _("先月")), *years]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Consultation]) -> QuerySet[Consultation]:
        period = self._period()
        if period is None:
            return queryset
        return queryset.filter(received_at__gte=period[0], received_at__lt=period[1])

    def _period(self) -> tuple[datetime, datetime] | None:
        value = self.value()
        if value not in {known for known, _label in self.lookup_choices}:
            return None
        first = clock.today().replace(day=1)
        if value in ("month", "last_month"):
            begins = first if value == "month" else clock.months_later(first, -1)
            return clock.day_begins(begins), clock.day_begins(clock.months_later(begins, 1))
        begins = date(int(value or 0), clock.FISCAL_YEAR_BEGINS, 1)
        return clock.day_begins(begins), clock.day_ends(clock.fiscal_year_end(begins.year))


class AssigneeFilter(admin.SimpleListFilter):
    """The staff at work, not every account there is."""

    title = _("担当")
    parameter_name = "assignee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        people = Choices(request.user).colleagues  # type: ignore[arg-type]
        return [
            ("me", _("自分")),
            ("none", _("担当なし")),
            *((str(one.pk), str(one)) for one in people),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Consultation]) -> QuerySet[Consultation]:
        return narrowed(queryset, {"assignee": self.value() or ""}, request.user)  # type: ignore[arg-type]


class TagFilter(admin.SimpleListFilter):
    title = _("タグ")
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[Any, Any]]:
        return [(str(tag.pk), tag.name) for tag in Tag.objects.all()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Consultation]) -> QuerySet[Consultation]:
        return narrowed(queryset, {"tag": self.value() or ""}, request.user)  # type: ignore[arg-type]
