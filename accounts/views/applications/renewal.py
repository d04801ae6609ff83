"""Renewal and change of a registration: one page each, prefilled, for the representative."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.actions import applications as actions
from accounts.forms.applications.whole import RenewalForm
from accounts.models import Application, Group
from accounts.queries.application_pages import RenewalPage, renewal_page
from accounts.requests import person
from accounts.rules import groups as group_rules
from accounts.views.applications.wizard import posted_version
from kyodo import ratelimit

Type = Application.Type
# Sent and withdrawn in turns, each would mail and keep files without end. Rows for parties count too, so not too few.
ATTEMPTS_PER_HOUR = 60


@require_http_methods(["GET", "POST"])
@ratelimit.limit("application-whole", times=ATTEMPTS_PER_HOUR, seconds=3600)
def renew(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number, Type.RENEWAL)


@require_http_methods(["GET", "POST"])
@ratelimit.limit("application-whole", times=ATTEMPTS_PER_HOUR, seconds=3600)
def change(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, number, Type.CHANGE)


def _page(request: HttpRequest, number: str, kind: Type) -> HttpResponse:
    user = person(request)
    group = get_object_or_404(Group.objects.visible_to(user), number=number)
    if not group_rules.is_representative(user, group):
        raise PermissionDenied
    page = renewal_page(group, kind)
    if page.waiting is not None:
        return redirect(page.waiting)
    if not page.is_open:
        return render(request, "accounts/applications/renewal_closed.html", {"page": page})
    if request.method == "POST":
        return _send(request, page)
    return _form(request, page, RenewalForm(initial=RenewalForm.initial_from(page.source)), page.version)


def _send(request: HttpRequest, page: RenewalPage) -> HttpResponse:
    version = posted_version(request)
    form = RenewalForm(request.POST, request.FILES)
    if "add_party" in request.POST:
        return _form(request, page, form.grown(), version)
    if not form.is_valid():
        return _form(request, page, form, version)
    send = actions.start_renewal if page.kind == Type.RENEWAL else actions.start_change
    try:
        sent = send(
            group=page.group,
            answers=form.answers(),
            papers=form.papers(),
            returned=page.returned,
            version=version,
            by=person(request),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _form(request, page, form, page.version)
    return redirect("application_receipt", sent.reference)


def _form(request: HttpRequest, page: RenewalPage, form: object, version: int) -> HttpResponse:
    context = {"page": page, "form": form, "version": version}
    return render(request, "accounts/applications/renewal.html", context)
