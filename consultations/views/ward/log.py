"""What somebody asked at the ward centre, written down: it stays with that ward centre."""

from dataclasses import replace

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import requests
from consultations.actions import intake
from consultations.forms.ward import LogForm


@require_http_methods(["GET", "HEAD", "POST"])
def log(request: HttpRequest) -> HttpResponse:
    user = requests.ward_officer(request)
    form = LogForm(request.POST or None)
    if form.is_valid():
        office = user.ward_centre
        try:
            consultation = intake.record(
                question=replace(form.question, ward=office.ward if office else None),
                contact=form.contact,
                record=form.record,
                by=user,
                consents_to_referral=form.cleaned_data["consents_to_referral"],
            )
        except ValidationError as refusal:
            form.add_error("on" if refusal.code == "future" else None, refusal)
        else:
            messages.success(
                request,
                _("記録しました。受付番号は%(reference)sです。") % {"reference": consultation.reference},
            )
            return redirect("ward_consultation", reference=consultation.reference)
    status = 422 if form.is_bound else 200
    return render(request, "consultations/ward/log.html", {"form": form}, status=status)
