"""The one AdminSite: Django's own, under the centre's name and rules of entry."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from kyodo import access


class AdminSite(admin.AdminSite):
    site_header = _("センターの仕事")
    site_title = _("センターの仕事")
    index_title = _("今日の仕事")
    site_url = "/"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        return access.may_enter_admin(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The day's work first, what is set once last: the floors from the top, models as their apps register them."""
        # Django's own list is sorted by names, each translated at every comparison, only to be sorted again here.
        found: dict[str, Any] = self._build_app_dict(request, app_label)
        floors = [config.label for config in apps.get_app_configs()]
        return sorted(found.values(), key=lambda app: floors.index(app["app_label"]), reverse=True)

    def get_urls(self) -> list[Any]:
        """Before Django's own of the same address: that one leads to any row there is, seen or not."""
        enter = self.admin_view(self.view_on_site)
        mine = path("r/<int:content_type_id>/<path:object_id>/", enter, name="view_on_site")
        return [mine, *super().get_urls()]

    def view_on_site(self, request: HttpRequest, content_type_id: int, object_id: str) -> HttpResponse:
        """To the page of what the person sees in the admin; its address may hold a reference."""
        kind = get_object_or_404(ContentType, pk=content_type_id)
        asked = self._registry.get(kind.model_class())  # type: ignore[arg-type]
        if (
            asked is None
            or not asked.has_view_permission(request)
            or not asked.get_object(request, object_id)
        ):
            raise Http404
        return shortcut(request, content_type_id, object_id)

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The one sign-in of the site, with its rate limits and second factors; staff land here from any admin page."""
        target = request.GET.get("next") or "/admin/"
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect("admin:index")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponse:
        return redirect("account_change_password")
