"""Staff without a second factor are led to setting one up, and nowhere else."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from kyodo.access import has_second_factor

# What someone on the way to a second factor needs: the pages of setting it up, and the way out.
OPEN_MODULES = ("allauth.mfa.",)
OPEN_NAMES = {"account_logout", "account_reauthenticate", "privacy", "healthz", "readyz"}


class StaffSecondFactorMiddleware(MiddlewareMixin):
    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not settings.REQUIRE_STAFF_MFA:
            return None
        user = request.user
        if not user.is_authenticated or not user.is_staff or has_second_factor(request):
            return None
        match = request.resolver_match
        if view_func.__module__.startswith(OPEN_MODULES) or (match and match.url_name in OPEN_NAMES):
            return None
        if Authenticator.objects.filter(user_id=user.pk).exists():
            return redirect(
                reverse("mfa_reauthenticate") + "?" + urlencode({"next": request.get_full_path()})
            )
        return redirect("mfa_index")
