"""Holds by staff (確保): a form, then what stands in the way, then the word to go ahead."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import requests
from accounts.models import User
from kyodo import numbers, staff_pages
from spaces.actions import holds
from spaces.forms.staff import HoldForm
from spaces.models import Booking, Hold
from spaces.rules import rights


@require_http_methods(["GET", "POST"])
def new_hold(request: HttpRequest) -> HttpResponse:
    """First POST shows what it hits; the second carries the bookings that staff saw and agreed to cancel."""
    user = _coordinator(request)
    initial = {name: request.GET[name] for name in ("date", "units") if name in request.GET}
    form = HoldForm(request.POST or None, initial=initial)
    in_the_way: list[Booking] = []
    if form.is_valid():
        in_the_way = _hits(form)
        confirmed = not in_the_way or "confirm" in request.POST
        if confirmed and (hold := _placed(request, form, user)):
            messages.success(request, _("「%(title)s」の場所を確保しました。") % {"title": hold.title})
            return redirect(reverse("admin:spaces_hold_change", args=[hold.pk]))
        in_the_way = _hits(form)
    return staff_pages.page(
        request,
        "spaces/staff/hold_new.html",
        _("場所を確保する"),
        status=staff_pages.refused_status(form),
        form=form,
        in_the_way=in_the_way,
        finished=[booking for booking in in_the_way if booking.status not in Booking.AHEAD],
    )


@require_GET
def hold_page(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.staff(request)
    hold = get_object_or_404(
        Hold.objects.select_related("placed_by", "released_by", "closure").prefetch_related("units"), pk=pk
    )
    return staff_pages.page(
        request, "spaces/staff/hold.html", hold.title, hold=hold, can_release=rights.can_hold(user)
    )


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    user = _coordinator(request)
    hold = get_object_or_404(Hold, pk=pk)
    if hold.closure_id:
        messages.error(request, _("休館による確保です。休館のページから再開してください。"))
    else:
        holds.release_hold(hold=hold, by=user)
        messages.success(request, _("確保を解除しました。予約できるようになりました。"))
    return redirect(reverse("admin:spaces_hold_change", args=[hold.pk]))


def _coordinator(request: HttpRequest) -> User:
    user = requests.staff(request)
    if not rights.can_hold(user):
        raise PermissionDenied
    return user


def _hits(form: HoldForm) -> list[Booking]:
    data = form.cleaned_data
    return holds.hits(units=list(data["units"]), begins_at=data["begins_at"], ends_at=data["ends_at"])


def _placed(request: HttpRequest, form: HoldForm, user: User) -> Hold | None:
    data = form.cleaned_data
    try:
        return holds.place_hold(
            kind=data["kind"],
            title=data["title"],
            units=list(data["units"]),
            begins_at=data["begins_at"],
            ends_at=data["ends_at"],
            note=data["note"],
            by=user,
            cancelling=agreed(request.POST.getlist("agreed")),
            reason=data["title"],
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return None


def agreed(values: Sequence[str]) -> set[int]:
    """Ids of the bookings that stood in the list when staff said yes."""
    return {number for value in values if (number := numbers.typed(value))}
