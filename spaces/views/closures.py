"""Closing the centre (臨時休館): what it hits is shown first, then saved, cancelled and mailed in one step."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import requests
from accounts.models import User
from kyodo import staff_pages
from kyodo.centre.models import Closure
from spaces.actions import closures
from spaces.actions.closures import Closing, Hit
from spaces.forms.staff import ClosureForm
from spaces.models import Booking
from spaces.queries.closures import cancelled_ahead
from spaces.rules import rights
from spaces.views.holds import agreed


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    """First POST lists the bookings; the second, with what was listed, closes. Newcomers are listed again."""
    user = _may_close(request)
    form = ClosureForm(request.POST or None)
    hits: list[Hit] = []
    is_asked = False
    if form.is_valid():
        if "confirm" in request.POST and (closing := _closed(request, form, user)):
            messages.success(
                request,
                _(
                    "休館を登録しました。取り消してメールでお知らせした予約：%(cancelled)d件、"
                    "時間を短くしてお知らせした予約：%(shortened)d件"
                )
                % {"cancelled": len(closing.cancelled), "shortened": len(closing.shortened)},
            )
            return redirect(reverse("admin:spaces_close"))
        hits, is_asked = closures.hits(form.stretch), True
    upcoming = list(Closure.objects.upcoming().order_by("first_day", "begins"))
    return staff_pages.page(
        request,
        "spaces/staff/close.html",
        _("臨時休館にする"),
        status=staff_pages.refused_status(form),
        form=form,
        hits=hits,
        to_cancel=agreed(request.POST.getlist("agreed")) - _shortened(request.POST),
        groups={hit.booking.group_id for hit in hits},
        is_asked=is_asked,
        upcoming=_with_cancelled(upcoming),
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user = _may_close(request)
    closure = get_object_or_404(Closure, pk=pk)
    try:
        told = closures.reopen_centre(closure=closure, by=user)
    except ValidationError as refusal:
        staff_pages.tell(request, refusal)
    else:
        messages.success(request, _("休館を取りやめました。取り消した予約は元に戻りません。"))
        if told:
            groups = dict.fromkeys(f"{one.group.name}（{one.group.contact_phone}）" for one in told)
            messages.info(
                request,
                _("取り消しになっていた団体に、もう一度予約できるとメールしました：%(groups)s")
                % {"groups": "、".join(groups)},
            )
    return redirect(reverse("admin:spaces_close"))


def _may_close(request: HttpRequest) -> User:
    user = requests.staff(request)
    if not (rights.can_hold(user) and user.has_perm("centre.add_closure")):
        raise PermissionDenied
    return user


def _shortened(typed: QueryDict) -> set[int]:
    """Bookings that staff chose to cut short rather than cancel."""
    return agreed([value for value in typed.getlist("agreed") if typed.get(f"what-{value}") == "shorten"])


def _with_cancelled(upcoming: Sequence[Closure]) -> list[tuple[Closure, list[Booking]]]:
    """Each closure with the bookings it cost, so that somebody can be rung."""
    cancelled: dict[int | None, list[Booking]] = {closure.pk: [] for closure in upcoming}
    for booking in cancelled_ahead([closure.pk for closure in upcoming]):
        cancelled[booking.cancelled_for_id].append(booking)
    return [(closure, cancelled[closure.pk]) for closure in upcoming]


def _closed(request: HttpRequest, form: ClosureForm, user: User) -> Closing | None:
    try:
        return closures.close_centre(
            stretch=form.stretch,
            kind=Closure.Kind(form.cleaned_data["kind"]),
            reason=form.cleaned_data["reason"],
            cancelling=agreed(request.POST.getlist("agreed")) - _shortened(request.POST),
            shortening=_shortened(request.POST),
            by=user,
        )
    except ValidationError as refusal:
        # What the model refuses comes keyed by its fields, which are not all the form's.
        form.add_error(None, ValidationError(refusal.messages))
        return None
