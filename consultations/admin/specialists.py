from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, ManyToManyField, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts import requests
from consultations.models import Specialist, SpecialistSession, SpecialistSlot
from consultations.models.specialists import Way
from consultations.queries.sessions import sessions_of
from consultations.views.staff import roster, sessions
from kyodo import clock, dates, forms, numbers, text
from kyodo.admin_inlines import NamedFields
from kyodo.admin_paging import NearPaginator
from kyodo.admin_saving import SavesWhatWasTyped


class SlotFormSet(NamedFields):
    def clean(self) -> None:
        """A specialist is free once at a time."""
        super().clean()
        taken: list[tuple[Any, Any]] = []
        for form in self.forms:
            data = getattr(form, "cleaned_data", {})
            begins, ends = data.get("begins_at"), data.get("ends_at")
            if not begins or not ends or data.get("DELETE"):
                continue
            others = SpecialistSlot.objects.filter(
                specialist_id=self.instance.pk, begins_at__lt=ends, ends_at__gt=begins
            ).exclude(pk__in=[one.instance.pk for one in self.forms if one.instance.pk])
            if any(begins < other[1] and ends > other[0] for other in taken) or (
                self.instance.pk and others.exists()
            ):
                raise ValidationError(_t("空き時間が重なっています。"), code="overlap")
            taken.append((begins, ends))


class SlotInline(admin.TabularInline):
    """The free times ahead; what a session has taken is changed on the session's page."""

    model = SpecialistSlot
    formset = SlotFormSet
    fields = ("begins_at", "ends_at")
    extra = 0
    verbose_name_plural = _("これからの空き時間（相談に決まったものは除く）")

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpecialistSlot]:
        free = super().get_queryset(request).filter(begins_at__gt=clock.now())
        return free.exclude(sessions__status__in=SpecialistSession.LIVE)


class SpecialistForm(forms.ModelForm):
    ways = forms.MultipleChoiceField(
        label=_("相談の方法"), choices=Way.choices, widget=forms.CheckboxSelectMultiple, required=False
    )


@admin.register(Specialist)
class SpecialistAdmin(SavesWhatWasTyped):
    """The roster: who is asked for what, and when they are free."""

    list_display = (
        "name",
        "profession",
        "office_name",
        "areas",
        "free_slots",
        "in_hand",
        "is_active",
        "add_slots",
    )
    list_filter = ("is_active", "profession", "wards")
    search_fields = ("name",)
    search_help_text = _("名前、ふりがな、事務所、得意な分野")
    ordering = ("profession", "name_kana", "pk")
    list_per_page = 50
    show_full_result_count = False
    actions = None

    form = SpecialistForm
    fields: ClassVar = [
        ("name", "name_kana"),
        ("profession", "office_name"),
        "areas",
        "wards",
        "ways",
        ("email", "phone"),
        "note",
        "is_active",
    ]
    formfield_overrides: ClassVar = {ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    inlines = (SlotInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Specialist]:
        live = Q(sessions__status__in=SpecialistSession.LIVE)
        free = Q(slots__begins_at__gt=clock.now()) & ~Q(slots__sessions__status__in=SpecialistSession.LIVE)
        rows: QuerySet[Specialist] = super().get_queryset(request)
        return rows.annotate(
            sessions_live=Count("sessions", filter=live, distinct=True),
            slots_free=Count("slots", filter=free, distinct=True),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Specialist], search_term: str
    ) -> tuple[QuerySet[Specialist], bool]:
        """Folded, in Python: a roster has some dozens of rows."""
        words = [text.fold(word) for word in search_term.split()]
        if not words:
            return queryset, False
        rows = Specialist.objects.values_list("pk", "name", "name_kana", "office_name", "areas")
        found = [pk for pk, *parts in rows if _holds(words, text.fold(" ".join(parts).replace(" ", "")))]
        return queryset.filter(pk__in=found), False

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                "<int:pk>/slots/",
                self.admin_site.admin_view(roster.slots),
                name="consultations_specialist_slots",
            ),
            *super().get_urls(),
        ]

    @admin.display(description=_("空き時間"), ordering="slots_free")
    def free_slots(self, specialist: Specialist) -> int:
        return int(getattr(specialist, "slots_free", 0))

    @admin.display(description=_("進んでいる相談"), ordering="sessions_live")
    def in_hand(self, specialist: Specialist) -> int:
        return int(getattr(specialist, "sessions_live", 0))

    @admin.display(description=_("空き時間を加える"))
    def add_slots(self, specialist: Specialist) -> str:
        url = reverse("admin:consultations_specialist_slots", args=[specialist.pk])
        return format_html('<a href="{}">{}</a>', url, _t("まとめて加える"))


def _holds(words: list[str], folded: str) -> bool:
    return all(word in folded for word in words)


@admin.register(SpecialistSession)
class SpecialistSessionAdmin(admin.ModelAdmin):
    """To look at; each session is led on a page of its own."""

    list_display = ("reference", "profession", "status", "specialist", "when", "way")
    list_filter = ("status", "profession")
    search_fields = ("consultation__reference",)
    search_help_text = _("受付番号")
    date_hierarchy = "begins_at"
    ordering = ("-created_at", "-pk")
    list_per_page = 50
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = NearPaginator

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpecialistSession]:
        return sessions_of(requests.staff(request)).defer("hearing_note", "result", "consultation__text")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: SpecialistSession | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: SpecialistSession | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        return sessions.session(request, numbers.typed(object_id) or 0)

    def get_urls(self) -> list[URLPattern]:
        enter = self.admin_site.admin_view
        return [
            path("new/<int:pk>/", enter(sessions.new), name="consultations_session_new"),
            path("<int:pk>/page/", enter(sessions.session), name="consultations_session"),
            path("<int:pk>/step/<slug:step>/", enter(sessions.step), name="consultations_session_step"),
            path("renew/<int:pk>/", enter(sessions.renew_link), name="consultations_referral_renew"),
            *super().get_urls(),
        ]

    @admin.display(description=_("受付番号"))
    def reference(self, session: SpecialistSession) -> str:
        return session.consultation.reference

    @admin.display(description=_("日時"), ordering="begins_at")
    def when(self, session: SpecialistSession) -> str:
        if session.begins_at and session.ends_at:
            return dates.period(session.begins_at, session.ends_at)
        return ""
