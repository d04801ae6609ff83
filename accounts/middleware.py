"""Second factors of staff, of the centre and of ward centres, and the list of sessions people see in their account."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode

from kyodo import clock
from kyodo.access import has_second_factor

# What someone on the way to a second factor needs: the pages of setting it up, and the way out.
OPEN_MODULES = ("allauth.mfa.",)
ALWAYS_OPEN = {"account_logout", "privacy", "healthz", "readyz"}
SETTING_UP = {"account_reauthenticate"}
# Who has one shows it. A stolen password must neither add another nor read the recovery codes.
SHOWING = {"mfa_reauthenticate", "mfa_reauthenticate_webauthn"}


SEEN = "seen_at"
SEEN_EVERY_SECONDS = 600


class SessionActivityMiddleware(MiddlewareMixin):
    """Keeps "last used" of a session true to ten minutes; at every page it would cost three queries."""

    def process_request(self, request: HttpRequest) -> None:
        if not request.session.session_key or not request.user.is_authenticated:
            return
        now = int(clock.now().timestamp())
        if now - request.session.get(SEEN, 0) >= SEEN_EVERY_SECONDS:
            UserSession.objects.create_from_request(request)
            request.session[SEEN] = now


class StaffSecondFactorMiddleware(MiddlewareMixin):
    """Staff, ward officers among them, without a second factor are led to setting one up, and nowhere else."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponse | None:
        if not settings.REQUIRE_STAFF_MFA:
            return None
        user = request.user
        if not user.is_authenticated or not user.needs_second_factor or has_second_factor(request):
            return None
        name = request.resolver_match.url_name if request.resolver_match else None
        if name in ALWAYS_OPEN:
            return None
        if Authenticator.objects.filter(user_id=user.pk).exists():
            if name in SHOWING:
                return None
            return redirect(
                reverse("mfa_reauthenticate") + "?" + urlencode({"next": request.get_full_path()})
            )
        if view_func.__module__.startswith(OPEN_MODULES) or name in SETTING_UP:
            return None
        return redirect("mfa_index")
