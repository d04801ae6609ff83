"""Who may enter: closed by default, staff only with a second factor where the site asks for one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase

View = Callable[..., HttpResponse]

# Views of libraries that a person without an account must reach: sign-in, sign-up, reset, verification.
PUBLIC_MODULES = ("allauth.account.", "allauth.mfa.webauthn.views", "allauth.mfa.base.views")


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Every view asks for sign-in unless it says @login_not_required.

    allauth guards its own pages (each is either an entrance or carries login_required itself).
    """

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        if getattr(view_func, "__module__", "").startswith(PUBLIC_MODULES):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


def has_second_factor(request: HttpRequest) -> bool:
    """True when the site asks for none, or this person signed in with one."""
    if not settings.REQUIRE_STAFF_MFA:
        return True
    methods = request.session.get("account_authentication_methods", [])
    return any(method.get("method") == "mfa" for method in methods)


def may_enter_admin(request: HttpRequest) -> bool:
    user = request.user
    return bool(user.is_active and getattr(user, "is_staff", False) and has_second_factor(request))


def centre_staff_required(view: View) -> View:
    """For the centre's own pages outside the admin: other people see 403, not a form to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not may_enter_admin(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
