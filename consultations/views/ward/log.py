"""What somebody asked at the ward centre, written down: it stays with that ward centre. The form is that of all offices."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import requests
from consultations.models import Consultation
from consultations.views import log as shared


@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    user = requests.ward_officer(request)
    answer = shared.answer(request, user)
    if isinstance(answer, Consultation):
        messages.success(
            request, _("記録しました。受付番号は%(reference)sです。") % {"reference": answer.reference}
        )
        return redirect("ward_consultation", reference=answer.reference)
    context = {"log": answer, "find_url": reverse("ward_log_find")}
    return render(request, "consultations/ward/log.html", context, status=answer.status)


@require_POST
def find(request: HttpRequest) -> HttpResponse:
    return shared.find(request, requests.ward_officer(request))
