"""Pages for what went wrong: a sentence that helps, the one useful link, and something to quote on the phone."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kyodo import middleware, unsent
from kyodo.centre.models import Centre
from kyodo.centre.queries import current_centre


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's ticket is missing or old: mostly somebody signed in in another tab, or cookies are off."""
    if entered := _entered_elsewhere(request):
        return entered
    if form := unsent.back_to_the_form(request):
        return form
    # Cookies are off, or it is too much to keep: it stands on this very page.
    typed = unsent.shown(unsent.typed_fields(request)) if unsent.is_from_our_pages(request) else []
    context = {"address": request.get_full_path(), "typed": typed}
    return render(request, "403_csrf.html", context, status=403)


def _entered_elsewhere(request: HttpRequest) -> HttpResponse | None:
    """Whoever signs in a second time in another tab is in already: on to where that tab was going."""
    if not request.user.is_authenticated or request.path != reverse("account_login"):
        return None
    goal = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(goal, {request.get_host()}, require_https=request.is_secure())
    return redirect(goal if is_ours else settings.LOGIN_REDIRECT_URL)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request's context, which may be what broke; the database is asked once and may be silent."""
    try:
        centre = current_centre()
    except DatabaseError:
        centre = Centre(name=_("市民協働推進センター"), phone=settings.CENTRE_PHONE)
    context = {"centre": centre, "request_id": middleware.current_request_id()}
    return HttpResponse(render_to_string("500.html", context), status=500)
