from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kyodo import clock, dates, forms
from kyodo.admin_inlines import NamedFields
from kyodo.centre.models import (
    ActivityField,
    Centre,
    Closure,
    HistoryEntry,
    NewsItem,
    OpeningHours,
    OpeningTime,
    SupportOrganisation,
    SupportProgramme,
    Ward,
    WardCentre,
)

# An address typed without its scheme is a https one.
HTTPS: dict[type[models.Field[Any, Any]], Any] = {models.URLField: {"assume_scheme": "https"}}


@admin.register(Centre)
class CentreAdmin(admin.ModelAdmin):
    list_display = ("name", "phone", "address")
    formfield_overrides = HTTPS
    fieldsets = (
        (None, {"fields": ("name", "name_kana", "operator", "introduction")}),
        (_("場所"), {"fields": ("postal_code", "address", "building", "access", "latitude", "longitude")}),
        (_("連絡先"), {"fields": ("phone", "fax", "email", "website", "disaster_phone")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        # There is one, and load_centre makes it.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Centre | None = None) -> bool:
        # Every page of the site stands on this row.
        return False


class OpeningTimeInline(admin.TabularInline):
    model = OpeningTime
    formset = NamedFields
    extra = 0


@admin.register(OpeningHours)
class OpeningHoursAdmin(admin.ModelAdmin):
    list_display = ("name", "begins_on", "ends_on", "is_yearly", "priority", "week")
    inlines = (OpeningTimeInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", ("begins_on", "ends_on"), "is_yearly", "note", "priority"),
                "description": _(
                    "期間の短いものが先に使われます。ここに書かない曜日は、次に期間の短いものの時間になります。"
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("times")

    @admin.display(description=_("曜日ごとの時間"))
    def week(self, layer: OpeningHours) -> str:
        return "、".join(str(one) for one in layer.times.all())


@admin.register(Closure)
class ClosureAdmin(admin.ModelAdmin):
    """To look at. Closing and reopening is a page of its own, because it cancels bookings and writes to people."""

    list_display = ("days", "hours", "kind", "public_reason", "created_by")
    list_filter = ("kind",)
    date_hierarchy = "first_day"
    search_fields = ("reason",)
    list_select_related = ("created_by",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Closure | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Closure | None = None) -> bool:
        return False

    @admin.display(description=_("日"), ordering="first_day")
    def days(self, closure: Closure) -> str:
        first = dates.day(closure.first_day)
        if closure.is_one_day:
            return first
        return f"{first}〜{dates.short_day(closure.last_day)}" if closure.last_day else f"{first}〜"

    @admin.display(description=_("時間"), ordering="begins")
    def hours(self, closure: Closure) -> str:
        if closure.begins is None:
            return str(_("1日じゅう"))
        return f"{closure.begins:%H:%M}-{closure.ends:%H:%M}" if closure.ends else f"{closure.begins:%H:%M}-"

    @admin.display(description=_("理由"), ordering="reason")
    def public_reason(self, closure: Closure) -> str:
        return closure.public_reason


@admin.register(Ward)
class WardAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "kana", "position")
    list_display_links = ("code", "name")
    search_fields = ("code", "name", "kana")


class ConfirmedFilter(admin.SimpleListFilter):
    title = _("先方への確認")
    parameter_name = "confirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("まだ")), ("yes", _("確認ずみ"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() is None:
            return queryset
        return queryset.filter(confirmed_on__isnull=self.value() == "no")


PLACE_FIELDSETS: tuple[tuple[Any, Any], ...] = (
    (_("連絡先"), {"fields": ("phone", "fax", "email", "website")}),
    (_("場所"), {"fields": ("postal_code", "address")}),
    (_("確認"), {"fields": ("confirmed_on",)}),
)


@admin.register(WardCentre)
class WardCentreAdmin(admin.ModelAdmin):
    list_display = ("name", "ward", "phone", "address", "confirmed_on")
    list_filter = (ConfirmedFilter, "ward")
    search_fields = ("name", "address", "phone", "ward__name")
    list_select_related = ("ward",)
    fieldsets = ((None, {"fields": ("ward", "name")}), *PLACE_FIELDSETS)
    formfield_overrides = HTTPS


@admin.register(SupportOrganisation)
class SupportOrganisationAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "ward", "phone", "address", "confirmed_on")
    list_filter = ("kind", ConfirmedFilter, "ward")
    search_fields = ("name", "address", "phone", "ward__name")
    list_select_related = ("ward",)
    fieldsets = ((None, {"fields": ("kind", "ward", "name", "description")}), *PLACE_FIELDSETS)
    formfield_overrides = HTTPS


class ApplicationsFilter(admin.SimpleListFilter):
    title = _("募集")
    parameter_name = "applications"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("締切の前・締切なし")), ("over", _("締切が過ぎた"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        over = models.Q(applications_until__lt=clock.today())
        if self.value() == "over":
            return queryset.filter(over)
        # A row without a day is never over; asking for "not before today" would lose it.
        return queryset.exclude(over) if self.value() == "open" else queryset


# Most are of the whole city: eighteen wards would hide the filters that help.
WARDS_IN_USE = ("ward", admin.RelatedOnlyFieldListFilter)


class SupportProgrammeForm(forms.ModelForm):
    description = forms.CharField(
        label=_("受けられる支援"),
        max_length=120,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("1文で。相談する人にも見えます。"),
    )
    audiences = forms.MultipleChoiceField(
        label=_("応募できる人の区分"),
        choices=SupportProgramme.Audience.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("「団体」には登録団体も入ります。何もつけなければ、だれでも応募できます。"),
    )
    needs = forms.MultipleChoiceField(
        label=_("役に立つ相談"),
        choices=SupportProgramme.Need.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("この種類の相談に案内します。何もつけなければ、どの相談にも合います。"),
    )


@admin.register(SupportProgramme)
class SupportProgrammeAdmin(admin.ModelAdmin):
    """What groups can apply for. Partner finding and the form of consultations name them."""

    list_display = ("name", "kind", "operator", "reaches", "applications", "is_active", "confirmed_on")
    list_filter = ("kind", ApplicationsFilter, "is_active", ConfirmedFilter, WARDS_IN_USE)
    search_fields = ("name", "description", "operator", "eligibility")
    list_select_related = ("ward",)
    form = SupportProgrammeForm
    formfield_overrides = HTTPS | {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    fieldsets = (
        (None, {"fields": ("name", "kind", "description")}),
        (_("実施する機関"), {"fields": ("operator", ("phone", "website"))}),
        (_("だれに、どんなときに"), {"fields": ("eligibility", "audiences", "needs", "fields", "ward")}),
        (_("募集"), {"fields": ("deadline", "applications_until")}),
        (_("案内"), {"fields": ("is_active", "position", "confirmed_on")}),
    )

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name == "fields":
            options["queryset"] = ActivityField.objects.everyday()
        return super().formfield_for_manytomany(db_field, request, **options)

    @admin.display(description=_("区"), ordering="ward")
    def reaches(self, programme: SupportProgramme) -> str:
        return str(programme.ward or _("市全体"))

    @admin.display(description=_("募集"), ordering="applications_until")
    def applications(self, programme: SupportProgramme) -> str:
        if programme.applications_until is None:
            return programme.deadline
        day = dates.day(programme.applications_until)
        words = _("%(day)sで締め切りました") if programme.is_over else _("%(day)sまで")
        return str(words) % {"day": day}


@admin.register(ActivityField)
class ActivityFieldAdmin(admin.ModelAdmin):
    list_display = ("short_name", "kind", "name", "counterparts")
    list_filter = ("kind",)
    search_fields = ("name", "short_name")
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("law_fields", "primer_fields")

    def get_fields(self, request: HttpRequest, obj: ActivityField | None = None) -> Any:
        fields = ["kind", "code", "name", "short_name", "position"]
        # The mapping is written from the eight to the twenty only.
        return fields if obj and obj.kind == ActivityField.Kind.NPO_LAW else [*fields, "law_fields"]

    @admin.display(description=_("対応する分野"))
    def counterparts(self, field: ActivityField) -> str:
        others = field.law_fields if field.kind == ActivityField.Kind.PRIMER else field.primer_fields
        return "、".join(str(one) for one in others.all())


@admin.register(HistoryEntry)
class HistoryEntryAdmin(admin.ModelAdmin):
    list_display = ("year", "month", "side", "text")
    list_display_links = ("year", "text")
    list_filter = ("side",)
    search_fields = ("text",)


@admin.register(NewsItem)
class NewsItemAdmin(admin.ModelAdmin):
    list_display = ("title", "published_at")
    date_hierarchy = "published_at"
    search_fields = ("title", "body")
    show_full_result_count = False
