from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts import requests
from consultations.forms.network import MaterialForm, MeetingForm
from consultations.models import MeetingMaterial, NetworkMeeting
from consultations.rules import rights
from consultations.views.staff import network
from kyodo import dates


class MaterialInline(admin.StackedInline):
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
    form = MeetingForm
    fields = ("title", "begins_at", "ends_at", "place", "agenda")
    inlines = (MaterialInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NetworkMeeting]:
        return NetworkMeeting.objects.visible_to(requests.staff(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        shows_network = rights.can_see_oversight(requests.staff(request))
        return super().changelist_view(request, {**(extra_context or {}), "shows_network": shows_network})

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
