"""Bookings in the admin: enter one, look at it, change it, decide on it. The same actions as everywhere."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import requests
from accounts.models import User
from kyodo import clock, staff_pages
from spaces.actions import bookings
from spaces.forms.staff import ApprovalForm, ChangeForm, NewBookingForm, ReasonForm
from spaces.models import Booking
from spaces.queries import day as day_queries
from spaces.queries.history import history_of
from spaces.rules import rights
from spaces.views import staff

# Its fields are those of the form for changes below it: with the same ids, labels would name the wrong ones.
APPROVAL_ID = "approve_%s"


@require_http_methods(["GET", "POST"])
def new_booking(request: HttpRequest) -> HttpResponse:
    """A booking that came by phone or at the counter."""
    user = requests.staff(request)
    if not user.has_perm("spaces.add_booking"):
        raise PermissionDenied
    form = NewBookingForm(
        request.POST or None,
        initial={
            name: request.GET.get(name, "")
            for name in ("group_name", "date", "begins", "ends", *NewBookingForm.WISHED)
        },
    )
    if form.is_valid() and (booking := _booked(form, user)):
        messages.success(
            request,
            _("予約を受けました。予約番号は%(reference)sです。") % {"reference": booking.reference},
        )
        return redirect(page_url(booking))
    return staff_pages.page(
        request,
        "spaces/staff/booking_new.html",
        _("予約を入れる"),
        status=staff_pages.refused_status(form),
        form=form,
    )


@require_http_methods(["GET", "POST"])
def booking_page(request: HttpRequest, pk: int) -> HttpResponse:
    """All of one booking: what it is, what can be done, what was done. POST changes it."""
    user = requests.staff(request)
    booking = _booking(user, pk)
    if request.method != "POST":
        return _show(request, user, booking)
    form = ChangeForm(request.POST)
    if form.is_valid() and _changed(form, booking, user):
        messages.success(request, _("予約を変更し、団体にお知らせしました。"))
        return redirect(page_url(booking))
    return _show(request, user, booking, change=form)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.staff(request)
    booking = _booking(user, pk)
    form = ApprovalForm(request.POST, auto_id=APPROVAL_ID)
    if form.is_valid():
        try:
            bookings.approve_booking(
                booking=booking,
                version=form.cleaned_data["version"],
                by=user,
                condition=form.cleaned_data["condition"],
                overrides=form.set_aside,
            )
        except ValidationError as refusal:
            staff.show_refusal(form, refusal)
        else:
            messages.success(request, _("承認し、団体にお知らせしました。"))
            return redirect(page_url(booking))
    return _show(request, user, booking, approval=form)


@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("お断りを記録し、団体にお知らせしました。")
    return _with_reason(request, pk, "decline", bookings.decline_booking, done)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("予約を取り消し、団体にお知らせしました。")
    return _with_reason(request, pk, "cancel", bookings.cancel_booking, done)


def _with_reason(
    request: HttpRequest, pk: int, name: str, action: Callable[..., Booking], done: str
) -> HttpResponse:
    """A step that tells the group why; refused, its form is shown again as it was typed."""
    user = requests.staff(request)
    booking = _booking(user, pk)
    form = ReasonForm(request.POST, prefix=name)
    if form.is_valid():
        try:
            action(booking=booking, by=user, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, done)
            return redirect(page_url(booking))
    return _show(request, user, booking, **{name: form})


def page_url(booking: Booking) -> str:
    return reverse("admin:spaces_booking_change", args=[booking.pk])


def _booking(user: User, pk: int) -> Booking:
    seen = Booking.objects.visible_to(user).select_related(
        "space__policy", "group", "series", "booked_by", "decided_by", "cancelled_by", "checked_in_by"
    )
    return get_object_or_404(seen, pk=pk)


def _booked(form: NewBookingForm, user: User) -> Booking | None:
    try:
        return bookings.book_space(
            group=form.cleaned_data["group"], by=user, channel=Booking.Channel.STAFF, **form.wish
        )
    except ValidationError as refusal:
        staff.show_refusal(form, refusal)
        return None


def _changed(form: ChangeForm, booking: Booking, user: User) -> bool:
    try:
        bookings.change_booking(booking=booking, version=form.cleaned_data["version"], by=user, **form.wish)
    except ValidationError as refusal:
        staff.show_refusal(form, refusal)
        return False
    return True


def _show(request: HttpRequest, user: User, booking: Booking, **refused: forms.Form) -> HttpResponse:
    """The page with whichever form was refused (change, approval, decline, cancel); the others as if just opened."""
    opened: dict[str, forms.Form] = {}
    if rights.can_change(user, booking):
        opened["change"] = ChangeForm(initial=_initial(booking))
    if booking.status == Booking.Status.REQUESTED and rights.can_decide(user):
        opened["approval"] = ApprovalForm(initial={"version": booking.version}, auto_id=APPROVAL_ID)
        opened["decline"] = ReasonForm(prefix="decline")
    if rights.can_cancel(user, booking):
        opened["cancel"] = ReasonForm(prefix="cancel")
    return staff_pages.page(
        request,
        "spaces/staff/booking.html",
        _("予約 %(reference)s") % {"reference": booking.reference},
        status=422 if refused else 200,
        booking=booking,
        places=list(booking.occupancies.values_list("unit__name", flat=True)),
        no_shows=day_queries.no_show_counts([booking.group_id]).get(booking.group_id, 0),
        overrides=booking.overrides.select_related("by"),
        entry=day_queries.Entry(booking, "", 0, clock.now()),
        history=history_of(booking),
        **(opened | refused),
    )


def _initial(booking: Booking) -> dict[str, Any]:
    begins, ends = clock.local(booking.begins_at), clock.local(booking.ends_at)
    day: date = begins.date()
    return {
        "space": booking.space_id,
        "date": day,
        "begins": begins.time(),
        "ends": ends.time(),
        "people": booking.people,
        "purpose": booking.purpose,
        "use": booking.use,
        "supported_by": booking.supported_by,
        "remarks": booking.remarks,
        "version": booking.version,
    }
