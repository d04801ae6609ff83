from collections.abc import Callable
from functools import cache
from typing import Any

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import Application, User
from accounts.queries.queue import age_in_days, open_days, submitted_before
from accounts.rules import applications as rules
from accounts.views.applications import staff
from kyodo import clock, dates, numbers

AGES = ((3, _("3開館日以上")), (7, _("7開館日以上")), (14, _("14開館日以上")))


class StateFilter(admin.SimpleListFilter):
    """What waits for staff unless another state is asked for."""

    title = _("状態")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        sent = [choice for choice in Application.Status.choices if choice[0] != Application.Status.DRAFT]
        return [("all", _("すべて")), *sent]

    def choices(self, changelist: Any) -> Any:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("職員の仕事を待っている"),
        }
        yield from list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        value = self.value()
        if value in Application.Status.values:
            return queryset.filter(status=value)
        # A search looks everywhere: whoever types a reference wants that one, decided or not.
        if value == "all" or request.GET.get("q"):
            return queryset
        return queryset.filter(status__in=rules.WAITING)


class AgeFilter(admin.SimpleListFilter):
    title = _("待っている日数")
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(str(days), label) for days, label in AGES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        value = self.value()
        if value not in {str(days) for days, _label in AGES}:
            return queryset
        before = submitted_before(int(value or 0), open_days())
        waiting = queryset.filter(status__in=rules.WAITING)
        return waiting.filter(submitted_at__lt=before) if before else waiting.none()


@admin.register(Application)
class ApplicationAdmin(admin.ModelAdmin):
    """The queue is Django's list; one application is a page of its own whose buttons call the actions."""

    list_display_links = ("reference", "name")
    list_filter = (StateFilter, "type", AgeFilter, "is_paper")
    list_per_page = 50
    search_fields = (
        "=reference",
        "name",
        "name_kana",
        "contact_name",
        "contact_email",
        "contact_phone",
        "=group__number",
    )
    search_help_text = _("受付番号、団体名、ふりがな、連絡先、登録番号")
    actions = None
    show_full_result_count = False
    change_list_template = "admin/accounts/application/change_list.html"

    def get_list_display(self, request: HttpRequest) -> Any:
        return ("reference", "name", "sort", "state", "received", _age_column(), "hearing")

    @admin.display(description=_("種類"), ordering="type")
    def sort(self, application: Application) -> str:
        paper = _("・紙") if application.is_paper else ""
        return f"{application.get_type_display()}{paper}"

    @admin.display(description=_("受付"), ordering="submitted_at")
    def received(self, application: Application) -> str:
        return dates.short_day(application.submitted_at) if application.submitted_at else "-"

    @admin.display(description=_("ヒアリング"), ordering="hearing_at")
    def hearing(self, application: Application) -> str:
        if application.hearing_at is None:
            return "-"
        return f"{dates.short_day(application.hearing_at)} {clock.local(application.hearing_at):%H:%M}"

    @admin.display(description=_("状態"), ordering="status")
    def state(self, application: Application) -> str:
        return application.get_status_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        if not isinstance(request.user, User):
            return Application.objects.none()
        is_waiting = When(status__in=[status.value for status in rules.WAITING], then=Value(0))
        return Application.objects.visible_to(request.user).annotate(
            queue=Case(is_waiting, default=Value(1), output_field=IntegerField())
        )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Waiting first, oldest first."""
        return ("queue", "submitted_at", "pk")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and rules.can_enter_paper(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: Application | None = None) -> bool:
        """An application ends by a decision or is withdrawn; the record stays."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("登録申請"), **(extra_context or {})})

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return staff.enter_paper(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return staff.application_page(request, numbers.typed(object_id) or 0)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"accounts_application_{name.replace('-', '_')}",
            )
            for name, view in STEPS.items()
        ] + super().get_urls()


STEPS: dict[str, Callable[..., HttpResponse]] = {
    "criteria": staff.check_criteria,
    "confirm": staff.confirm_criteria,
    "hearing": staff.fix_hearing,
    "return": staff.return_application,
    "approve": staff.approve,
    "reject": staff.reject,
    "withdraw": staff.withdraw,
    "correct": staff.correct_paper,
}


def _age_column() -> Callable[[Application], str]:
    """The open days are asked for once a list, by its first row."""
    days = cache(open_days)

    @admin.display(description=_("待ち"), ordering="submitted_at")
    def age(application: Application) -> str:
        if application.submitted_at is None or application.status not in rules.WAITING:
            return "-"
        return str(_("%(days)s開館日")) % {"days": age_in_days(application.submitted_at, days())}

    return age
