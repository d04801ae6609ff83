from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from consultations.models import InboundMail
from consultations.views.staff import inbound
from kyodo import numbers


@admin.register(InboundMail)
class InboundMailAdmin(admin.ModelAdmin):
    """A door to the pages of mails: they are placed there, and never entered, changed or deleted by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: InboundMail | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: InboundMail | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("admin:consultations_inbound")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return redirect("admin:consultations_inbound_mail", numbers.typed(object_id) or 0)

    def get_urls(self) -> list[URLPattern]:
        enter = self.admin_site.admin_view
        return [
            path("queue/", enter(inbound.mails), name="consultations_inbound"),
            path("files/<int:pk>/", enter(inbound.file), name="consultations_inbound_file"),
            path("<int:pk>/mail/", enter(inbound.mail), name="consultations_inbound_mail"),
            path("<int:pk>/place/", enter(inbound.place), name="consultations_inbound_place"),
            path("<int:pk>/start/", enter(inbound.start), name="consultations_inbound_start"),
            path("<int:pk>/ignore/", enter(inbound.ignore), name="consultations_inbound_ignore"),
            path("<int:pk>/original/", enter(inbound.original), name="consultations_inbound_original"),
            *super().get_urls(),
        ]
