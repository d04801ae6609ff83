"""Second factors of staff, of the centre and of ward centres, and the list of sessions people see in their account."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from accounts.actions import sign_ins
from accounts.models import SignIn, User
from kyodo import clock, unsent
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
    """Keeps "last used" of a session true to ten minutes, and ends that of staff who have left their screen.

    At every page it would cost three queries. What a page asks for by itself shows that nobody is there.
    """

    def process_request(self, request: HttpRequest) -> None:
        user = request.user if request.session.session_key else None
        if not isinstance(user, User):
            return
        now = int(clock.now().timestamp())
        idle = now - request.session.get(SEEN, now)
        if user.needs_second_factor and idle >= settings.STAFF_IDLE_MINUTES * 60 + SEEN_EVERY_SECONDS:
            self._end(request, user)
        elif now - request.session.get(SEEN, 0) >= SEEN_EVERY_SECONDS and not unsent.is_from_a_script(
            request
        ):
            UserSession.objects.create_from_request(request)
            request.session[SEEN] = now

    def _end(self, request: HttpRequest, user: User) -> None:
        sign_ins.record_sign_in(request=request, outcome=SignIn.Outcome.LEFT_IDLE, email=user.email)
        logout(request)
        if not unsent.is_from_a_script(request):
            messages.info(request, _("しばらく操作がなかったため、ログアウトしました。"))


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
            entrance = reverse("mfa_reauthenticate")
            if request.method == "POST":
                return unsent.to_sign_in(request, entrance)
            return redirect_to_login(request.get_full_path(), entrance)
        if view_func.__module__.startswith(OPEN_MODULES) or name in SETTING_UP:
            return None
        return redirect("mfa_index")
