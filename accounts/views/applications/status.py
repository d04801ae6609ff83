"""An application as its applicant follows it: where it stands, what comes next, edit, take back."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions import applications as actions
from accounts.forms.applications.more import form_for
from accounts.models import Application
from accounts.queries.application_pages import status_page
from accounts.requests import person
from accounts.rules import applications as rules
from accounts.views.applications.wizard import next_step, own_or_404, posted_version


@require_GET
def application(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    found = get_object_or_404(
        Application.objects.visible_to(user).select_related("group", "hearing_with"), reference=reference
    )
    return render(request, "accounts/applications/application.html", {"page": status_page(found, user)})


@require_GET
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """Shown once it has been sent. Reloading it changes nothing."""
    found = own_or_404(person(request), reference)
    if found.status != Application.Status.SUBMITTED:
        return redirect(found)
    return render(request, "accounts/applications/receipt.html", {"application": found})


@require_GET
def edit(request: HttpRequest, reference: str) -> HttpResponse:
    """The page on which this application is written: the link of mails and of /my/."""
    found = own_or_404(person(request), reference)
    if found.status not in rules.EDITABLE:
        return redirect(found)
    if found.type == Application.Type.RENEWAL and found.group:
        return redirect("renew_group", found.group.number)
    if found.type == Application.Type.CHANGE and found.group:
        return redirect("change_group", found.group.number)
    return redirect("application_step", found.reference, next_step(found))


@require_http_methods(["GET", "POST"])
def more(request: HttpRequest, reference: str) -> HttpResponse:
    """After it was sent: another paper, other times for the hearing."""
    user = person(request)
    found = own_or_404(user, reference)
    if not rules.can_add_to(user, found):
        messages.info(request, _("この申請には、いま書類を足せません。"))
        return redirect(found)
    form = form_for(found)(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_to_sent(
                application=found,
                papers=form.papers(),
                wishes=form.wishes(),
                version=posted_version(request),
                by=user,
            )
        except ValidationError as error:
            form.add_error(None, error)
            found = own_or_404(user, reference)
        else:
            messages.success(request, _("受け取りました。担当の職員に知らせます。"))
            return redirect(found)
    context = {"application": found, "form": form, "documents": found.documents.current()}
    return render(request, "accounts/applications/more.html", context)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    user = person(request)
    found = own_or_404(user, reference)
    if not rules.can_withdraw(user, found):
        messages.info(request, _("この申請は、もう取り下げられません。"))
        return redirect(found)
    if request.method == "POST":
        try:
            actions.withdraw_application(application=found, version=posted_version(request), by=user)
        except ValidationError as error:
            messages.error(request, error.messages[0])
            return redirect("withdraw_application", reference)
        messages.success(request, _("申請を取り下げました。"))
        return redirect(found)
    return render(request, "accounts/applications/withdraw.html", {"application": found})
