from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consultations.admin.page import page_urls
from consultations.models import Consultation
from consultations.views.staff import consultation, inbox, log, report
from kyodo import numbers
from kyodo.admin_paging import NearPaginator


@admin.register(Consultation)
class ConsultationAdmin(admin.ModelAdmin):
    """The list is Django's, to look things up in; the work is done on pages of its own."""

    list_display = ("reference", "status", "received_at")
    list_per_page = 50
    search_help_text = _("受付番号、内容のことば、お名前、メールアドレス、電話番号")
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consultation]:
        if not isinstance(request.user, User):
            return Consultation.objects.none()
        return Consultation.objects.visible_to(request.user).defer("search")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Consultation | None = None) -> bool:
        """Nothing changes but through the actions."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Consultation | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return consultation.page(request, numbers.typed(object_id) or 0)

    def get_urls(self) -> list[URLPattern]:
        enter = self.admin_site.admin_view
        return [
            path("inbox/", enter(inbox.inbox), name="consultations_inbox"),
            path("inbox/bulk/", enter(inbox.bulk), name="consultations_inbox_bulk"),
            path("inbox/views/", enter(inbox.save_view), name="consultations_save_view"),
            path("inbox/views/<int:pk>/", enter(inbox.saved_view), name="consultations_saved_view"),
            *page_urls(enter),
            path("report/", enter(report.report), name="consultations_report"),
            path("report/csv/", enter(report.as_csv), name="consultations_report_csv"),
            path("report/excel/", enter(report.as_excel), name="consultations_report_excel"),
            path("log/", enter(log.log), name="consultations_log"),
            path("log/find/", enter(log.find), name="consultations_find"),
            *super().get_urls(),
        ]
