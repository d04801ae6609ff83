from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from consultations.forms.network import MaterialForm
from consultations.models import MeetingMaterial, NetworkMeeting
from consultations.views.staff import network
from kyodo import dates


class MaterialInline(admin.TabularInline):
    model = MeetingMaterial
    form = MaterialForm
    extra = 1
    fields = ("file", "name", "paper")
    readonly_fields = ("paper",)

    @admin.display(description=_("いまのファイル"))
    def paper(self, material: MeetingMaterial) -> SafeString | str:
        if not material.pk:
            return "－"
        address = reverse("admin:consultations_material", args=[material.pk])
        return format_html('<a href="{}">{}</a>', address, material.name)


@admin.register(NetworkMeeting)
class NetworkMeetingAdmin(admin.ModelAdmin):
    """Ward centres read the list and the papers at their desk."""

    list_display = ("when", "title", "place")
    list_display_links = ("when", "title")
    list_per_page = 50
    date_hierarchy = "begins_at"
    search_fields = ("title",)
    show_full_result_count = False
    fields = ("title", "begins_at", "ends_at", "place", "agenda")
    inlines = (MaterialInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).visible_to(request.user)  # type: ignore[arg-type]

    def get_urls(self) -> list[URLPattern]:
        enter = self.admin_site.admin_view
        return [
            path("network/", enter(network.network), name="consultations_network"),
            path("material/<int:pk>/", enter(network.material), name="consultations_material"),
            *super().get_urls(),
        ]

    @admin.display(description=_("日時"), ordering="begins_at")
    def when(self, meeting: NetworkMeeting) -> str:
        return dates.period(meeting.begins_at, meeting.ends_at)
