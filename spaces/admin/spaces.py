from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kyodo import forms
from kyodo.admin_inlines import NamedFields
from kyodo.files import PictureField
from spaces.models import BookingPolicy, Space, SpacePhoto, Unit


@admin.register(BookingPolicy)
class PolicyAdmin(admin.ModelAdmin):
    list_display = ("name", "window", "window_opens_at", "longest_minutes", "daily_minutes", "approval")
    fieldsets = (
        (None, {"fields": ("name",)}),
        (_("受付の始まり"), {"fields": ("window_kind", "window_amount", "window_opens_at")}),
        (_("時間"), {"fields": ("step_minutes", "shortest_minutes", "longest_minutes")}),
        (_("1団体の上限"), {"fields": ("daily_minutes", "monthly_minutes", "open_bookings")}),
        (_("準備と片づけ"), {"fields": ("buffer_before_minutes", "buffer_after_minutes")}),
        (
            _("変更・承認・来館"),
            {"fields": ("change_deadline_hours", "approval", "asks_department", "checkin_opens_minutes")},
        ),
    )

    @admin.display(description=_("受付開始"))
    def window(self, policy: BookingPolicy) -> str:
        return policy.get_window_kind_display().replace("○", str(policy.window_amount))


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "seats")
    search_fields = ("code", "name")


class PhotoForm(forms.ModelForm):
    """The photo is drawn anew before it is kept: where and with what it was taken is nobody's business."""

    image = PictureField(label=_("写真"), widget=forms.FileInput)

    class Meta:
        model = SpacePhoto
        fields = ("image", "alternative_text", "position")


class PhotoInline(admin.TabularInline):
    model = SpacePhoto
    form = PhotoForm
    formset = NamedFields
    fields = ("image", "alternative_text", "position")
    extra = 0


@admin.register(Space)
class SpaceAdmin(admin.ModelAdmin):
    list_display = (
        "name",
        "policy",
        "people_min",
        "people_max",
        "event_people_max",
        "is_offered",
        "position",
    )
    list_filter = ("is_offered", "policy")
    list_select_related = ("policy",)
    search_fields = ("name", "name_kana", "slug")
    fieldsets = (
        (None, {"fields": ("name", "name_kana", "slug", "policy", "is_offered", "position")}),
        (_("場所の単位"), {"fields": ("takes", "units")}),
        (_("人数"), {"fields": ("people_min", "people_max", "event_people_max")}),
        (
            _("利用者が読む説明"),
            {"fields": ("summary", "description", "equipment", "access_notes", "picture")},
        ),
    )
    formfield_overrides = {models.ManyToManyField: {"widget": forms.CheckboxSelectMultiple}}
    inlines = (PhotoInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Space | None = None) -> bool:
        """A space that is no longer offered keeps its past bookings."""
        return False
