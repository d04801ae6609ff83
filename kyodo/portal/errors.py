"""Pages for what went wrong: a sentence that helps, the one useful link, and something to quote on the phone."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from kyodo import middleware
from kyodo.centre.models import Centre
from kyodo.centre.queries import current_centre


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's ticket is missing or old: mostly a page left open overnight, or cookies that are off."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the request's context, which may be what broke; the database is asked once and may be silent."""
    try:
        centre = current_centre()
    except DatabaseError:
        centre = Centre(name=_("市民協働推進センター"), phone=settings.CENTRE_PHONE)
    context = {"centre": centre, "request_id": middleware.current_request_id()}
    return HttpResponse(render_to_string("500.html", context), status=500)
