"""Closing the centre (臨時休館): what it hits is shown first, then saved, cancelled and mailed in one step."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import requests
from accounts.models import User
from kyodo import staff_pages
from kyodo.centre.models import Closure
from spaces.actions import closures
from spaces.actions.closures import Closing
from spaces.forms.staff import ClosureForm
from spaces.models import Booking
from spaces.rules import rights
from spaces.views.holds import agreed


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """First POST lists the bookings; the second, with what was listed, closes. Newcomers are listed again."""
    user = _may_close(request)
    form = ClosureForm(request.POST or None)
    hit: list[Booking] = []
    is_asked = False
    if form.is_valid():
        if "confirm" in request.POST and (closing := _closed(request, form, user)):
            messages.success(
                request,
                _("休館を登録しました。取り消してメールでお知らせした予約：%(count)d件")
                % {"count": len(closing.cancelled)},
            )
            return redirect(reverse("admin:spaces_close"))
        hit, is_asked = closures.bookings_hit(form.stretch), True
    return staff_pages.page(
        request,
        "spaces/staff/close.html",
        _("臨時休館にする"),
        status=staff_pages.refused_status(form),
        form=form,
        hit=hit,
        groups={booking.group_id for booking in hit},
        is_asked=is_asked,
        upcoming=Closure.objects.upcoming().order_by("first_day", "begins"),
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user = _may_close(request)
    closure = get_object_or_404(Closure, pk=pk)
    try:
        closures.reopen_centre(closure=closure, by=user)
    except ValidationError as refusal:
        staff_pages.tell(request, refusal)
    else:
        messages.success(request, _("休館を取りやめました。取り消した予約は元に戻りません。"))
    return redirect(reverse("admin:spaces_close"))


def _may_close(request: HttpRequest) -> User:
    user = requests.staff(request)
    if not (rights.can_hold(user) and user.has_perm("centre.add_closure")):
        raise PermissionDenied
    return user


def _closed(request: HttpRequest, form: ClosureForm, user: User) -> Closing | None:
    try:
        return closures.close_centre(
            stretch=form.stretch,
            kind=Closure.Kind(form.cleaned_data["kind"]),
            reason=form.cleaned_data["reason"],
            cancelling=agreed(request.POST.getlist("agreed")),
            by=user,
        )
    except ValidationError as refusal:
        # What the model refuses comes keyed by its fields, which are not all the form's.
        form.add_error(None, ValidationError(refusal.messages))
        return None
