from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.forms.groups import SuspensionForm
from accounts.models import Group, Membership, User
from accounts.queries.groups import latest_member_changes
from accounts.rules import groups as rules
from accounts.views.staff import groups as views
from kyodo import clock, numbers
from kyodo.admin_saving import SavesWhatWasTyped


class StateFilter(admin.SimpleListFilter):
    """Where a registration stands: one that has run out is not in force, whatever its status says."""

    title = _("状態")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("current", Group.Status.ACTIVE.label),
            ("expired", _("期限切れ")),
            (Group.Status.SUSPENDED.value, Group.Status.SUSPENDED.label),
            (Group.Status.CLOSED.value, Group.Status.CLOSED.label),
            ("headless", _("代表者がいない")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Group]) -> QuerySet[Group]:
        if self.value() == "current":
            return queryset.filter(status=Group.Status.ACTIVE, valid_until__gte=clock.today())
        if self.value() == "expired":
            return queryset.filter(status=Group.Status.ACTIVE, valid_until__lt=clock.today())
        if self.value() in (Group.Status.SUSPENDED, Group.Status.CLOSED):
            return queryset.filter(status=self.value())
        if self.value() == "headless":
            heads = Membership.objects.filter(group=OuterRef("pk"), role=Membership.Role.REPRESENTATIVE)
            return queryset.exclude(status=Group.Status.CLOSED).filter(~Exists(heads))
        return queryset


class MembershipInline(admin.TabularInline):
    """Who belongs to it; changed on the group's own page, where the same rules hold for everybody."""

    model = Membership
    fields = ("user", "email", "role", "joined_at")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = False

    @admin.display(description=_("メールアドレス"))
    def email(self, membership: Membership) -> str:
        return membership.user.email

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        if not isinstance(request.user, User):
            return Membership.objects.none()
        return Membership.objects.visible_to(request.user).select_related("user", "group")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


SHOWN: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (None, ("number", "state_name", "suspended_reason", "registered_on", "valid_until", "staff_note")),
    (
        _("団体"),
        (
            "kind",
            "name",
            "name_kana",
            "legal_form",
            "purpose",
            "activities",
            "field_names",
            "ward_names",
            "members_count",
            "members_in_city_count",
            "founded_on",
        ),
    ),
    (_("連絡先"), ("contact_name", "contact_email", "contact_phone", "postal_address", "website")),
    (_("団体一覧"), ("is_listed", "public_field_names")),
)


@admin.register(Group)
class GroupAdmin(SavesWhatWasTyped):
    """Looking up, noting, and the steps of a registration's life. What is registered changes by an application."""

    list_display = ("number", "name", "state_name", "valid_until", "is_listed")
    list_display_links = ("number", "name")
    list_filter = (StateFilter, "kind", "is_listed", "wards")
    list_per_page = 50
    search_fields = ("name", "name_kana", "=number", "contact_phone", "contact_name", "contact_email")
    search_help_text = _("団体名、ふりがな、登録番号、電話番号、連絡担当者")
    ordering = ("name_kana", "pk")
    actions = None
    show_full_result_count = False
    view_on_site = False
    change_form_template = "admin/accounts/group/change_form.html"
    inlines = (MembershipInline,)
    fieldsets = tuple((title, {"fields": names}) for title, names in SHOWN)
    readonly_fields = tuple(name for _title, names in SHOWN for name in names if name != "staff_note")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        if not isinstance(request.user, User):
            return Group.objects.none()
        return Group.objects.visible_to(request.user).defer("search")

    @admin.display(description=_("状態"), ordering="status")
    def state_name(self, group: Group) -> str:
        return group.state_name

    @admin.display(description=_("活動分野"))
    def field_names(self, group: Group) -> str:
        return "、".join(group.fields.values_list("short_name", flat=True))

    @admin.display(description=_("公開する項目"))
    def public_field_names(self, group: Group) -> str:
        return "、".join(str(Group.PublicField(field).label) for field in group.public_fields)

    @admin.display(description=_("活動する区"))
    def ward_names(self, group: Group) -> str:
        return "、".join(group.wards.values_list("name", flat=True))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A group comes of an application, on paper too."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        may = isinstance(request.user, User) and rules.can_administer(request.user)
        context = {
            "may_administer": may,
            "suspension_form": SuspensionForm(auto_id="suspend_%s"),
            "member_changes": latest_member_changes(numbers.typed(object_id) or 0) if may else [],
        }
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)

    def get_urls(self) -> list[URLPattern]:
        steps = {"suspend": views.suspend, "resume": views.resume, "close": views.close}
        return [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=f"accounts_group_{name}")
            for name, view in steps.items()
        ] + [
            path(
                "<int:pk>/undo/<int:change>/",
                self.admin_site.admin_view(views.undo_change),
                name="accounts_group_undo_change",
            ),
            path("export/", self.admin_site.admin_view(views.as_csv), name="accounts_group_csv"),
            *super().get_urls(),
        ]
