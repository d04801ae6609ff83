"""The screen in the lobby, and the page behind the QR code of a booking."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts.requests import person
from kyodo import clock
from kyodo.references import normalise
from spaces.actions import attendance
from spaces.models import Booking
from spaces.queries import lobby as lobby_queries
from spaces.rules import rights


@login_not_required
@never_cache
@require_GET
def lobby(request: HttpRequest) -> HttpResponse:
    """Public, and so without any group's name: which space is free or in use, until when."""
    return render(request, "spaces/staff/lobby.html", {"lobby": lobby_queries.lobby()})


@never_cache
@require_http_methods(["GET", "POST"])
def check_in(request: HttpRequest, reference: str) -> HttpResponse:
    """A member of the group, or staff, stands in front of the place. Opening the page does nothing; its button does."""
    user = person(request)
    booking = get_object_or_404(
        Booking.objects.visible_to(user).select_related("space__policy", "group"),
        reference=normalise(reference),
    )
    if request.method == "POST":
        try:
            attendance.check_in(booking=booking, by=user)
        except ValidationError as refusal:
            for sentence in refusal.messages:
                messages.error(request, sentence)
        else:
            messages.success(request, _("来館を受け付けました。"))
        return redirect("check_in", reference=booking.reference)
    now = clock.now()
    return render(
        request,
        "spaces/staff/check_in.html",
        {
            "booking": booking,
            "places": list(booking.occupancies.values_list("unit__name", flat=True)),
            "opens_at": rights.checkin_opens_at(booking),
            "is_today": booking.day == now.date(),
            "can_check_in": rights.can_check_in(user, booking),
            "is_over": now >= booking.ends_at,
        },
    )
