"""The one AdminSite: Django's own, under the centre's name and rules of entry."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from kyodo import access, plain


def standing(request: HttpRequest) -> tuple[str, bool]:
    """What somebody may do in the admin depends on these two alone (accounts.roles)."""
    user = request.user
    return getattr(user, "role", ""), getattr(user, "is_superuser", False)


def place_of(path: str) -> str:
    """The list of a model, or the page of an app, that an address of the admin lies under."""
    home = reverse("admin:index")
    if not path.startswith(home):
        return ""
    app, model, *_more = [*path.removeprefix(home).split("/"), ""]
    names = [(one._meta.app_label, one._meta.model_name) for one in admin.site._registry]
    if (app, model) in names:
        return f"{home}{app}/{model}/"
    return f"{home}{app}/" if any(app == label for label, _name in names) else ""


class SearchesPlainWords(admin.ModelAdmin):  # type: ignore[type-arg]
    """What somebody types into the search box of a list is made plain, as in every other field."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, plain.words(search_term))


class AdminSite(admin.AdminSite):
    site_header = _("センターの仕事")
    site_title = _("センターの仕事")
    index_title = _("今日の仕事")
    site_url = "/"
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._app_lists: dict[tuple[str, bool, str | None], list[dict[str, Any]]] = {}

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Every list searches alike; no admin has to remember it."""
        base = admin_class or admin.ModelAdmin
        named = {"__module__": base.__module__, "__doc__": base.__doc__}
        super().register(model_or_iterable, type(base.__name__, (SearchesPlainWords, base), named), **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return access.may_enter_admin(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[dict[str, Any]]:
        """The day's work first, what is set once last: the floors from the top, models as their apps register them.

        Rights come from the role alone, and every page shows the list: it is put together once for each.
        """
        key = (*standing(request), app_label)
        if key not in self._app_lists:
            # Django's own list is sorted by names, each translated at every comparison, only to be sorted again here.
            found: dict[str, Any] = self._build_app_dict(request, app_label)
            floors = [config.label for config in apps.get_app_configs()]
            self._app_lists[key] = sorted(
                found.values(), key=lambda app: floors.index(app["app_label"]), reverse=True
            )
        return self._app_lists[key]

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
