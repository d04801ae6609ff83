from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import requests
from consultations.admin.filters import AssigneeFilter, TagFilter, WhenFilter
from consultations.admin.page import page_urls
from consultations.models import Consultation
from consultations.queries import lists, search
from consultations.rules import rights
from consultations.views.staff import consultation, export, inbox, log, person_export, report
from kyodo import clock, dates, numbers
from kyodo.admin_paging import NearPaginator

# What may be asked of the list without telling of text: the others keep to what the office reads.
SEEN_BY_ALL = {
    "status__exact",
    "kind__exact",
    "audience__exact",
    "ward_centre__id__exact",
    "p",
    "o",
    "all",
    "e",
}


@admin.register(Consultation)
class ConsultationAdmin(admin.ModelAdmin):
    """The list is Django's, to look things up in; the work is done on pages of its own."""

    list_display = ("reference", "title", "received", "status", "kind", "place", "worker")
    list_display_links = ("title",)
    list_filter = (
        "status",
        WhenFilter,
        "kind",
        "audience",
        "channel",
        "outcome",
        AssigneeFilter,
        TagFilter,
        "ward",
        "ward_centre",
    )
    list_per_page = 50
    # Shows the box; what is looked for is decided in get_search_results.
    search_fields = ("reference",)
    search_help_text = _(
        "受付番号、内容のことば、お名前、メールアドレス、電話番号。よくあることばは、新しいものからさがします。"
    )
    # By what an office sees of every one of its lines; any other order would tell of words it must not read.
    sortable_by = ("reference", "status", "received")
    ordering = ("-received_at", "-pk")
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Consultation]:
        """All the office may see at all; narrowed by anything that it must not read of some, only those it reads."""
        user = requests.staff(request)
        if set(request.GET) <= SEEN_BY_ALL:
            seen = Consultation.objects.visible_to(user)
        else:
            seen = Consultation.objects.readable_by(user)
        return lists.with_facts(seen, user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        return search.found(queryset, search_term, requests.staff(request)), False

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

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may_export = rights.can_export(requests.staff(request))
        context = {"title": gettext("相談"), "may_export": may_export, "most_exported": export.MOST}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def export(self, request: HttpRequest) -> HttpResponse:
        """The list as it is narrowed just now, by POST: each line that leaves is written into the read log."""
        try:
            listed = self.get_changelist_instance(request).queryset
        except IncorrectLookupParameters:
            listed = Consultation.objects.none()
        return export.as_csv(request, listed)

    def get_urls(self) -> list[URLPattern]:
        enter = self.admin_site.admin_view
        return [
            path("inbox/", enter(inbox.inbox), name="consultations_inbox"),
            path("inbox/bulk/", enter(inbox.bulk), name="consultations_inbox_bulk"),
            path("inbox/views/", enter(inbox.save_view), name="consultations_save_view"),
            path("inbox/views/<int:pk>/", enter(inbox.saved_view), name="consultations_saved_view"),
            *page_urls(enter),
            path("person/", enter(person_export.person_export), name="consultations_person_export"),
            path("report/", enter(report.report), name="consultations_report"),
            path("report/csv/", enter(report.as_csv), name="consultations_report_csv"),
            path("report/excel/", enter(report.as_excel), name="consultations_report_excel"),
            path("export/", enter(self.export), name="consultations_export"),
            path("log/", enter(log.log), name="consultations_log"),
            path("log/find/", enter(log.find), name="consultations_find"),
            *super().get_urls(),
        ]

    # ── Columns ──────────────────────────────────────────────────────────────────────────────────────────────────

    @admin.display(description=_("件名"))
    def title(self, one: Consultation) -> str:
        return one.title if lists.is_readable(one) else gettext("（紹介の要約だけ）")

    @admin.display(description=_("区"))
    def place(self, one: Consultation) -> str:
        return str(one.ward) if one.ward and lists.is_readable(one) else "-"

    @admin.display(description=_("担当"))
    def worker(self, one: Consultation) -> str:
        return str(one.assignee) if one.assignee and lists.is_readable(one) else "-"

    @admin.display(description=_("受付"), ordering="received_at")
    def received(self, one: Consultation) -> str:
        """The year where it is not this one: with it, who works on it would stand beyond the edge."""
        day = clock.local(one.received_at).date()
        return dates.short_day(day) if day.year == clock.today().year else dates.day(day)
