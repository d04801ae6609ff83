from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.forms.people import RoleForm
from accounts.models import Membership, User
from accounts.rules import people as rules
from accounts.views.staff import people as views

# Addresses, second factors and sessions change in one's own account, or by a step below; not as rows.
for model in (EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


class GroupsInline(admin.TabularInline):
    model = Membership
    fields = ("group", "role", "joined_at")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        if not isinstance(request.user, User):
            return Membership.objects.none()
        return Membership.objects.visible_to(request.user).select_related("user", "group")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Looking people up. Everything that changes is a step with its own button, for managers."""

    list_display = (
        "__str__",
        "name_kana",
        "email",
        "role",
        "ward_centre",
        "has_second_factor",
        "is_active",
        "joined_at",
    )
    list_filter = ("role", "is_active", "ward_centre")
    list_select_related = ("ward_centre",)
    list_per_page = 50
    search_fields = ("name", "name_kana", "email", "phone")
    search_help_text = _("お名前、ふりがな、メールアドレス、電話番号")
    ordering = ("-joined_at", "-pk")
    actions = None
    show_full_result_count = False
    change_form_template = "admin/accounts/user/change_form.html"
    inlines = (GroupsInline,)
    fields = (
        "name",
        "name_kana",
        "email",
        "phone",
        "role",
        "ward_centre",
        "has_second_factor",
        "is_active",
        "joined_at",
        "last_login",
        "deleted_at",
    )
    readonly_fields = fields

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """As Django's own admin of users: nobody reads the hash of a password by asking how it begins."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        factors = Authenticator.objects.filter(user=OuterRef("pk")).exclude(
            type=Authenticator.Type.RECOVERY_CODES
        )
        people: QuerySet[User] = super().get_queryset(request).annotate(with_factor=Exists(factors))
        return people

    @admin.display(description=_("二段階認証"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        return bool(getattr(user, "with_factor", False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves; a manager then gives them a role."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context: dict[str, Any] = {"may_manage": False}
        user = self.get_object(request, object_id)
        if user and isinstance(request.user, User):
            context["may_manage"] = rules.can_manage_people(request.user) and user.deleted_at is None
            context["role_form"] = RoleForm(initial={"role": user.role, "ward_centre": user.ward_centre_id})
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)

    def get_urls(self) -> list[URLPattern]:
        return [
            path(
                f"<int:pk>/{name}/",
                self.admin_site.admin_view(view),
                name=f"accounts_user_{name.replace('-', '_')}",
            )
            for name, view in STEPS.items()
        ] + super().get_urls()


STEPS = {
    "role": views.set_role,
    "deactivate": views.deactivate,
    "reactivate": views.reactivate,
    "password-reset": views.send_password_reset,
    "second-factor-reset": views.reset_second_factor,
}
