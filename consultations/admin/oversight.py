"""What managers look after: who read what, and what was forgotten. The numbers of the report stand here as well."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import requests
from accounts.models import User
from consultations.models import Consultation, LockOut, Reading, RetentionRun
from consultations.rules import rights
from consultations.views.staff import retention
from kyodo import references
from kyodo.admin_paging import NearPaginator

PEOPLE_SEARCHED = 100
ASKED = {"by__id__exact", "what__exact", "reader__exact", "at__gte", "at__lt"}


class LookedAt(admin.ModelAdmin):
    """For managers, to look at; nobody changes it."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and rights.can_see_oversight(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Reading)
class ReadingAdmin(LookedAt):
    """The read log: every page, file and export of every office, by the consultation's number alone."""

    list_display = ("at", "what", "reader", "person", "reference")
    list_display_links = None
    list_filter = ("at", "what", "reader")
    list_select_related = ("by", "consultation")
    search_help_text = _("受付番号、読んだ人の名前・メールアドレス")
    search_fields = ("consultation__reference",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reading]:
        """Of all offices, but nothing of what this manager is kept out of."""
        kept_from = LockOut.objects.filter(user=requests.staff(request)).values("consultation")
        rows = super().get_queryset(request).exclude(consultation__in=kept_from)
        return rows.defer("consultation__search", "consultation__text")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What its filters and its links ask; of any other Django would answer all that stands in its own columns."""
        return lookup in ASKED

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A consultation by its number, else people: both by index, among years of readings."""
        words = search_term.strip()
        if not words:
            return queryset, False
        asked = Consultation.objects.filter(reference=references.normalise(words)).first()
        if asked is not None:
            return queryset.filter(consultation=asked), False
        people = User.objects.filter(Q(name__icontains=words) | Q(email__iexact=words))
        return queryset.filter(by__in=list(people[:PEOPLE_SEARCHED])), False

    @admin.display(description=_("読んだ人"), empty_value="－")
    def person(self, reading: Reading) -> str | None:
        """Leads to all that this person read."""
        if reading.by is None:
            return None
        return format_html('<a href="?by__id__exact={}">{}</a>', reading.by_id, reading.by)

    @admin.display(description=_("受付番号"))
    def reference(self, reading: Reading) -> str:
        return format_html(
            '<a href="{}">{}</a>',
            reverse("admin:consultations_consultation_change", args=[reading.consultation_id]),
            reading.consultation,
        )


@admin.register(RetentionRun)
class RetentionRunAdmin(LookedAt):
    """One page: the nights so far, and what tomorrow's would do."""

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return retention.runs(request)
