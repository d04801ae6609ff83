"""A ward centre's referrals: what others sent, and what came back of what it sent."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import requests
from consultations.models import Referral
from consultations.queries import ward_desk as queries
from consultations.views import referral_steps

PER_PAGE = 30


@require_safe
def referrals(request: HttpRequest) -> HttpResponse:
    """What this office sent, or what it was asked."""
    user = requests.ward_officer(request)
    is_received = request.GET.get("which") == "received"
    rows = queries.received(user) if is_received else queries.sent(user)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    line = queries.received_line if is_received else queries.sent_line
    context = {"page": page, "lines": [line(one) for one in page], "is_received": is_received}
    return render(request, "consultations/ward/referrals.html", context)


@require_safe
def referral(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.ward_officer(request)
    return _page(request, referral_steps.referral_of(user, pk))


@require_POST
def referral_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Accept, decline, finish, withdraw, agree on a time."""
    user = requests.ward_officer(request)
    found = referral_steps.referral_of(user, pk)
    refused = referral_steps.take(request, found, user, step)
    if refused is None:
        return redirect("ward_referral", pk=pk)
    return _page(request, referral_steps.referral_of(user, pk), {step: refused}, status=422)


def _page(request: HttpRequest, found: Referral, refused: Any = None, status: int = 200) -> HttpResponse:
    user = requests.ward_officer(request)
    context = referral_steps.context(found, user, refused)
    referral_steps.record_reading(context["page"], user)
    urls = {step: reverse("ward_referral_step", args=[found.pk, step]) for step in referral_steps.STEPS}
    return render(request, "consultations/ward/referral.html", {**context, "urls": urls}, status=status)
