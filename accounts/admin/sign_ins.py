from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import requests
from accounts.models import SignIn, User
from accounts.rules import people as rules
from kyodo.admin_paging import NearPaginator


@admin.register(SignIn)
class SignInAdmin(admin.ModelAdmin):
    """For managers, to look at; nobody changes it."""

    list_display = ("happened_at", "user", "outcome", "address", "is_own_device", "browser")
    list_display_links = None
    list_filter = ("happened_at", "outcome", "is_own_device")
    list_select_related = ("user",)
    list_per_page = 50
    paginator = NearPaginator
    search_fields = ("user__name", "user__email", "address")
    actions = None
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_queryset(self, request: HttpRequest) -> QuerySet[SignIn]:
        return SignIn.objects.visible_to(requests.staff(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and rules.can_manage_people(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
