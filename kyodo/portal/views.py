from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.requests import person
from kyodo.access import centre_staff_required
from kyodo.portal import style_sheet
from kyodo.portal.queries.home import home as read_home
from kyodo.portal.queries.my import my_page


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html", {"home": read_home(request.user)})


@login_not_required
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone: whatever asks for sign-in, and pages that only their receiver has the link to."""
    return render(request, "portal/robots.txt", content_type="text/plain; charset=utf-8")


@require_safe
def my(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/my.html", {"my": my_page(person(request))})


@require_safe
@centre_staff_required
def style(request: HttpRequest) -> HttpResponse:
    """Each component once, for whoever builds or changes pages."""
    return render(request, "portal/style.html", style_sheet.context())
