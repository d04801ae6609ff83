from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts import requests
from consultations.models import Referral
from consultations.queries import referrals as queries
from consultations.views.staff import referrals
from kyodo import dates, numbers
from kyodo.admin_paging import NearPaginator

# What the filters ask, whole: an address that goes on from one of their relations would reach any consultation of that
# ward centre, word by word.
ASKED = {
    "status__exact",
    "kind__exact",
    "to_kind__exact",
    "from_ward_centre__id__exact",
    "from_ward_centre__isnull",
    "to_ward_centre__id__exact",
    "to_ward_centre__isnull",
}


@admin.register(Referral)
class ReferralAdmin(admin.ModelAdmin):
    """To look at; sending, answering and finishing are pages that call the same actions as the wards' desk."""

    list_display = ("sent", "kind", "status", "from_name", "to_name", "until", "reference")
    list_display_links = ("sent", "reference")
    list_filter = ("status", "kind", "to_kind", "from_ward_centre", "to_ward_centre")
    list_per_page = 50
    search_fields = ("consultation__reference",)
    search_help_text = _("受付番号")
    ordering = ("-sent_at", "-pk")
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Referral]:
        return queries.to_show(requests.staff(request)).defer("summary", "answer_text", "outcome_text")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What its filters ask. Words of a referral that was withdrawn are not the receiver's to look for."""
        return lookup in ASKED

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Referral | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Referral | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return referrals.referral(request, numbers.typed(object_id) or 0)

    def get_urls(self) -> list[URLPattern]:
        enter = self.admin_site.admin_view
        return [
            path("send/<int:pk>/", enter(referrals.refer), name="consultations_refer"),
            path("<int:pk>/page/", enter(referrals.referral), name="consultations_referral_page"),
            path(
                "<int:pk>/step/<slug:step>/",
                enter(referrals.referral_step),
                name="consultations_referral_step",
            ),
            *super().get_urls(),
        ]

    @admin.display(description=_("送った日時"), ordering="sent_at")
    def sent(self, referral: Referral) -> str:
        return dates.moment(referral.sent_at)

    @admin.display(description=_("返事の期限"), ordering="answer_until")
    def until(self, referral: Referral) -> str:
        return dates.moment(referral.answer_until) if referral.is_open else ""

    @admin.display(description=_("受付番号"))
    def reference(self, referral: Referral) -> str:
        return referral.consultation.reference
