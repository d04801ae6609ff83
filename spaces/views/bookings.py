from typing import cast
from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from kyodo import ratelimit
from kyodo.access import sign_in_because
from spaces.actions import bookings as actions
from spaces.forms.bookings import BookingForm, CancelForm, ChangeForm
from spaces.models import Booking
from spaces.queries import availability, booking_form
from spaces.queries import bookings as queries
from spaces.queries.history import history_of
from spaces.rules import rights

PAGE_SIZE = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@ratelimit.limit("booking", times=300, seconds=3600)
@sign_in_because(gettext_lazy("場所を予約するには、ログインしてください。"))
def book(request: HttpRequest, slug: str) -> HttpResponse:
    user = cast(User, request.user)
    space = availability.space_called(slug)
    if space is None:
        raise Http404
    choices = queries.group_choices(user)
    if not user.is_staff and not choices.bookable and not (choices.not_current and request.method == "POST"):
        status = 403 if request.method == "POST" else 200
        return render(
            request, "spaces/book_without_group.html", {"space": space, "choices": choices}, status=status
        )
    typed = request.POST if request.method == "POST" else request.GET
    day = booking_form.asked_date(typed.get("date", ""))
    form = BookingForm(
        request.POST if request.method == "POST" else None,
        initial=booking_form.prefilled(request.GET.dict(), space),
        space=space,
        user=user,
        choices=choices,
        day=day,
    )
    if request.method == "POST" and form.is_valid():
        try:
            booking = actions.book_space(
                space=space,
                group=form.cleaned_data["group"],
                by=user,
                overrides=form.overrides,
                once=True,
                **form.wish,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _received(booking))
            return redirect(booking)
    elif form.is_bound:
        form.refuse_also(booking_form.also_refused(space, form.understood))
    instead, waiting_url = [], ""
    if form.is_taken:
        group = form.understood["group"]
        instead = booking_form.instead_of(space, group, form.wish, visitor=user)
    if "taken" in form.codes:
        waiting_url = booking_form.waiting_url(space, group, form.wish)
    form.show_overrides()
    page = booking_form.form_page(space, choices.bookable, day, typed=typed.dict())
    return render(
        request,
        "spaces/book.html",
        {"page": page, "space": space, "form": form, "instead": instead, "waiting_url": waiting_url},
    )


@require_safe
def bookings(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    page = queries.bookings_page(user, when=request.GET.get("when", ""), group=request.GET.get("group", ""))
    paged = Paginator(page.bookings, PAGE_SIZE).get_page(request.GET.get("page"))
    query = urlencode({key: value for key, value in (("when", page.when), ("group", page.group)) if value})
    lines = queries.booking_lines(paged)
    return render(
        request, "spaces/bookings.html", {"page": page, "paged": paged, "lines": lines, "query": query}
    )


@never_cache
@require_safe
def booking(request: HttpRequest, reference: str) -> HttpResponse:
    user = cast(User, request.user)
    found = _visible(request, reference)
    check_in_url = settings.BASE_URL + reverse("check_in", args=[found.reference])
    return render(
        request,
        "spaces/booking.html",
        {
            "page": queries.booking_page(found, user),
            "booking": found,
            "qr": segno.make(check_in_url, error="m").svg_data_uri(scale=4, border=2, light="white"),
            "history": history_of(found) if user.is_staff else [],
            "overrides": found.overrides.select_related("by") if user.is_staff else [],
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, reference: str) -> HttpResponse:
    user = cast(User, request.user)
    found = _visible(request, reference)
    if not rights.may_write(user, found):
        raise PermissionDenied
    if request.method != "POST" and not rights.can_change(user, found):
        messages.warning(request, _("この予約は、もう変更できません。センターにお電話ください。"))
        return redirect(found)
    spaces = availability.offered_spaces()
    typed = request.POST if request.method == "POST" else None
    initial = queries.as_typed(found) | booking_form.prefilled(request.GET.dict(), found.space)
    day = booking_form.asked_date(str((typed or initial).get("date", "")))
    form = ChangeForm(typed, initial=initial, space=found.space, spaces=spaces, user=user, day=day)
    if typed is not None and form.is_valid():
        try:
            changed = actions.change_booking(
                booking=found,
                version=form.cleaned_data["version"],
                by=user,
                space=form.cleaned_data["space"],
                overrides=form.overrides,
                **form.wish,
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("予約を変更しました。確認のメールを送りました。"))
            return redirect(changed)
    elif form.is_bound:
        wanted = form.understood.get("space", found.space)
        form.refuse_also(booking_form.also_refused(wanted, form.understood, group=found.group, booking=found))
    is_stale = "stale" in form.codes
    if is_stale:
        found = _visible(request, reference)
        form.look_at(found.version)
    instead = []
    if form.is_taken:
        instead = booking_form.instead_of(
            form.understood["space"], found.group, form.wish, visitor=user, booking=found
        )
    form.show_overrides()
    page = booking_form.form_page(
        found.space, [found.group], day, typed=request.GET.dict(), leaving_out=found
    )
    return render(
        request,
        "spaces/change.html",
        {"page": page, "booking": found, "form": form, "instead": instead, "is_stale": is_stale},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """A page with a button: the mails lead here, and programs that follow links cancel nothing."""
    user = cast(User, request.user)
    found = _visible(request, reference)
    if not rights.may_write(user, found):
        raise PermissionDenied
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel_booking(booking=found, by=user, reason=form.cleaned_data["reason"])
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("予約を取り消しました。確認のメールを送りました。"))
            return redirect(found)
    return render(
        request,
        "spaces/cancel.html",
        {"page": queries.booking_page(found, user), "booking": found, "form": form},
    )


def _visible(request: HttpRequest, reference: str) -> Booking:
    bookings = Booking.objects.visible_to(cast(User, request.user))
    return get_object_or_404(
        bookings.select_related("space__policy", "group", "series", "booked_by").defer("group__search"),
        reference=reference,
    )


def _received(booking: Booking) -> str:
    if booking.status == Booking.Status.REQUESTED:
        return _("申し込みを受け付けました。確認のメールを送りました。")
    return _("予約が決まりました。確認のメールを送りました。")
