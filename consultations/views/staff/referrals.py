"""Referrals in the admin: one referral with what its two ends may do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import requests
from consultations.actions import readings
from consultations.models import Referral
from consultations.queries.opening import open_for
from consultations.views import referral_steps, referring
from kyodo import staff_pages


@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a ward centre or an organisation; specialists are asked in the course of their session."""
    user = requests.staff(request)
    opened = open_for(user, pk)
    sending = referring.send(request, user, opened.consultation)
    if sending.sent:
        messages.success(request, _("%(receiver)sに送りました。") % {"receiver": sending.sent.to_name})
        return redirect("admin:consultations_referral_page", pk=sending.sent.pk)
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    return staff_pages.page(
        request,
        "consultations/staff/refer.html",
        _("この内容で送りますか") if sending.asks else _("ほかの窓口に紹介する"),
        status=sending.status,
        sending=sending,
        form=sending.form,
        consultation=opened.consultation,
    )


@require_safe
def referral(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.staff(request)
    return _page(request, referral_steps.referral_of(user, pk))


@require_POST
def referral_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    user = requests.staff(request)
    found = referral_steps.referral_of(user, pk)
    refused = referral_steps.take(request, found, user, step)
    if refused is None:
        return redirect("admin:consultations_referral_page", pk=pk)
    return _page(request, referral_steps.referral_of(user, pk), {step: refused}, status=422)


def _page(request: HttpRequest, found: Referral, refused: Any = None, status: int = 200) -> HttpResponse:
    user = requests.staff(request)
    context = referral_steps.context(found, user, refused)
    referral_steps.record_reading(context["page"], user)
    urls = {
        step: reverse("admin:consultations_referral_step", args=[found.pk, step])
        for step in referral_steps.STEPS
    }
    title = _("紹介：%(sender)s → %(receiver)s") % {"sender": found.from_name, "receiver": found.to_name}
    return staff_pages.page(
        request, "consultations/staff/referral.html", title, status=status, urls=urls, **context
    )
