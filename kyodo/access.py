"""Who may enter: closed by default, staff only with a second factor where the site asks for one."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from kyodo import unsent

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

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        """Whoever sends a form after the session has ended comes back to it."""
        if request.method == "POST":
            return unsent.to_sign_in(request, resolve_url(self.get_login_url(view_func)))
        return super().handle_no_permission(request, view_func)


class PageOfFormMiddleware:
    """Whoever loads an address again that only takes forms (405) is led to the page above it, where the form stands.

    What programs send to (mail providers) keeps its plain answer.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET":
            return response
        match = request.resolver_match
        if match is None or getattr(match.func, "csrf_exempt", False):
            return response
        query = request.META.get("QUERY_STRING", "")
        return redirect(_page_above(request.path) + (f"?{query}" if query else ""))


def _page_above(path: str) -> str:
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        try:
            keys = resolve(path).kwargs.values()
        except Resolver404:
            continue
        # The admin takes whatever stands between its slashes for a row's key.
        if not any("/" in str(key) for key in keys):
            break
    return path


def sign_in_because(words: StrPromise) -> Callable[[View], View]:
    """Marks a view that buttons of public pages lead to: what the page of signing in says to whoever pressed one."""

    def decorate(view: View) -> View:
        view.sign_in_because = words  # type: ignore[attr-defined]
        return view

    return decorate


def why_sign_in(goal: str) -> StrPromise | None:
    """What the view says that somebody is on the way to; None where they were going nowhere."""
    if not goal.startswith("/"):
        return None
    try:
        view = resolve(urlsplit(goal).path).func
    except Resolver404:
        return None
    words: StrPromise = getattr(view, "sign_in_because", _("このページを開くには、ログインしてください。"))
    return words


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
