"""Who waits for a taken time (空き待ち), to look at: groups ask and leave on the site's own pages."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kyodo import dates
from spaces.models import WaitingEntry


@admin.register(WaitingEntry)
class WaitingAdmin(admin.ModelAdmin):
    list_display = ("when", "space", "group", "people", "created_at", "notified_at", "closed_at")
    list_filter = ("space", ("closed_at", admin.EmptyFieldListFilter))
    list_select_related = ("space", "group")
    date_hierarchy = "begins_at"
    search_fields = ("group__name", "group__name_kana")
    readonly_fields = (
        "group",
        "space",
        "user",
        "begins_at",
        "ends_at",
        "people",
        "purpose",
        "created_at",
        "notified_at",
        "closed_at",
    )
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WaitingEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: WaitingEntry | None = None) -> bool:
        return False

    @admin.display(description=_("日時"), ordering="begins_at")
    def when(self, entry: WaitingEntry) -> str:
        return dates.period(entry.begins_at, entry.ends_at)
