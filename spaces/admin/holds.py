from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from kyodo import clock, dates, numbers
from spaces.models import Hold
from spaces.views import holds


class StateFilter(admin.SimpleListFilter):
    title = _("状態")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("all", _("解除・終了も"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("確保中"),
        }
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Hold]) -> QuerySet[Hold]:
        if self.value() == "all":
            return queryset
        return queryset.filter(released_at__isnull=True, ends_at__gt=clock.now())


@admin.register(Hold)
class HoldAdmin(admin.ModelAdmin):
    """The list is Django's; placing and releasing are pages that first show what they hit."""

    list_display = ("title", "kind", "when", "places", "placed_by", "released_at")
    list_filter = (StateFilter, "kind")
    list_select_related = ("placed_by",)
    date_hierarchy = "begins_at"
    search_fields = ("title",)
    actions = None
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hold]:
        return super().get_queryset(request).prefetch_related("units")

    def has_delete_permission(self, request: HttpRequest, obj: Hold | None = None) -> bool:
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return holds.new_hold(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return holds.hold_page(request, numbers.typed(object_id) or 0)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/release/",
                self.admin_site.admin_view(holds.release),
                name="spaces_hold_release",
            ),
            *super().get_urls(),
        ]

    @admin.display(description=_("日時"), ordering="begins_at")
    def when(self, hold: Hold) -> str:
        return dates.period(hold.begins_at, hold.ends_at)

    @admin.display(description=_("場所"))
    def places(self, hold: Hold) -> str:
        return "・".join(unit.name for unit in hold.units.all())
