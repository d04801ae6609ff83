from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import clock, dates, numbers, references
from kyodo.admin_paging import NearPaginator
from spaces.models import Booking, BookingSeries
from spaces.queries import day as day_queries
from spaces.views import closures, day, staff_bookings, statistics

GROUPS_SEARCHED = 100


class WhenFilter(admin.SimpleListFilter):
    """Today and later unless another time is asked for: ten years of bookings are not what anybody looks for."""

    title = _("時期")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("today", _("今日")), ("past", _("きのうまで")), ("all", _("すべて"))]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("今日から先"),
        }
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        today = clock.day_begins(clock.today())
        # A search decides itself: a reference is wanted past or not, a name from today on.
        if self.value() == "all" or (self.value() is None and request.GET.get("q")):
            return queryset
        if self.value() == "past":
            return queryset.filter(begins_at__lt=today).order_by("-begins_at", "-pk")
        if self.value() == "today":
            return queryset.filter(begins_at__gte=today, begins_at__lt=clock.day_ends(clock.today()))
        return queryset.filter(begins_at__gte=today)


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin):
    """The list is Django's; entering, changing and deciding are pages that call the same actions as the web."""

    list_display = ("when", "status", "space", "group", "people", "reference")
    list_display_links = ("when", "reference")
    list_filter = (WhenFilter, "status", "space", "use", "channel")
    list_select_related = ("space", "group")
    list_per_page = 50
    date_hierarchy = "begins_at"
    search_fields = ("reference",)
    search_help_text = _("予約番号、団体名、ふりがな、登録番号")
    ordering = ("begins_at", "pk")
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return super().get_queryset(request).defer("group__search")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A reference exactly, else the bookings of groups called so: both by index, among ten years of them."""
        if not search_term.strip():
            return queryset, False
        reference = references.normalise(search_term)
        if len(reference) == references.LENGTH and Booking.objects.filter(reference=reference).exists():
            return queryset.filter(reference=reference), False
        named = day_queries.groups_called(search_term, Group.objects.all())
        bookings = queryset.filter(group_id__in=[group.pk for group in named[:GROUPS_SEARCHED]])
        if WhenFilter.parameter_name not in request.GET:
            bookings = bookings.filter(begins_at__gte=clock.day_begins(clock.today()))
        return bookings, False

    def has_delete_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """A booking is cancelled, never deleted: statistics and history keep it."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in ("series__id__exact", "group__id__exact") or super().lookup_allowed(
            lookup, value, request
        )

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return staff_bookings.new_booking(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return staff_bookings.booking_page(request, numbers.typed(object_id) or 0)

    def get_urls(self) -> list[URLPattern]:
        enter = self.admin_site.admin_view
        return [
            path("day/", enter(day.day_sheet), name="spaces_booking_day"),
            path("day/walk-in/<slug:slug>/", enter(day.walk_in), name="spaces_booking_walk_in"),
            path("day/people/<str:day>/", enter(day.people), name="spaces_booking_people"),
            path("day/visits/", enter(day.visit), name="spaces_visit"),
            path("day/visits/<int:pk>/undo/", enter(day.visit_back), name="spaces_visit_undo"),
            path("day/<str:reference>/<slug:step>/", enter(day.attendance), name="spaces_booking_attendance"),
            path("close/", enter(closures.close), name="spaces_close"),
            path("close/<int:pk>/reopen/", enter(closures.reopen), name="spaces_reopen"),
            path("statistics/", enter(statistics.statistics), name="spaces_statistics"),
            path("statistics/csv/<slug:table>/", enter(statistics.as_csv), name="spaces_statistics_csv"),
            path("statistics/bookings/", enter(statistics.bookings), name="spaces_statistics_bookings"),
            path("statistics/excel/", enter(statistics.as_excel), name="spaces_statistics_excel"),
            path("<int:pk>/approve/", enter(staff_bookings.approve), name="spaces_booking_approve"),
            path("<int:pk>/decline/", enter(staff_bookings.decline), name="spaces_booking_decline"),
            path("<int:pk>/cancel/", enter(staff_bookings.cancel), name="spaces_booking_cancel"),
            *super().get_urls(),
        ]

    @admin.display(description=_("日時"), ordering="begins_at")
    def when(self, booking: Booking) -> str:
        return dates.period(booking.begins_at, booking.ends_at)


@admin.register(BookingSeries)
class SeriesAdmin(admin.ModelAdmin):
    """To look at: a series is made and cancelled by its group, or booking by booking."""

    list_display = ("space", "group", "pattern", "first_date", "last_date", "created_at")
    list_filter = ("space", "pattern")
    list_select_related = ("space", "group")
    date_hierarchy = "first_date"
    search_fields = ("group__name", "group__name_kana")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: BookingSeries | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: BookingSeries | None = None) -> bool:
        return False
