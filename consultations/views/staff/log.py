"""The reception's fast form inside the admin."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import requests
from consultations.models import Consultation
from consultations.views import log as shared
from kyodo import staff_pages


@require_http_methods(["GET", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    user = requests.staff(request)
    answer = shared.answer(request, user)
    if isinstance(answer, Consultation):
        return _written(request, answer)
    title = _("話したことを書き足す") if answer.into else _("相談を記録する")
    return staff_pages.page(
        request,
        "consultations/staff/log.html",
        title,
        status=answer.status,
        log=answer,
        find_url=reverse("admin:consultations_find"),
    )


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    return shared.find(request, requests.staff(request))


def _written(request: HttpRequest, consultation: Consultation) -> HttpResponse:
    """Back to an empty form: the next one rings already."""
    page = reverse("admin:consultations_consultation_change", args=[consultation.pk])
    if request.POST.get("into"):
        messages.success(request, _("相談に書き足しました。"))
        return redirect(page)
    messages.success(
        request,
        format_html(
            _('記録しました。受付番号は<strong>{}</strong>です。<a href="{}">相談を開く</a>'),
            consultation.reference,
            page,
        ),
    )
    return redirect("admin:consultations_log")
