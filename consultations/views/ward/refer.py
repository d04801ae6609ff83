from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from consultations.actions import readings
from consultations.views import referring
from consultations.views.ward.opening import open_to_work


@require_http_methods(["GET", "HEAD", "POST"])
def refer(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the centre or another ward centre: to take it up, to take it over, or to join the talk."""
    user, opened = open_to_work(request, reference)
    sending = referring.send(request, user, opened.consultation)
    if sending.sent:
        receiver = {"receiver": sending.sent.to_name}
        messages.success(request, _("%(receiver)sに送りました。") % receiver)
        return redirect("ward_referral", pk=sending.sent.pk)
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    context = {"sending": sending, "form": sending.form, "consultation": opened.consultation}
    return render(request, "consultations/ward/refer.html", context, status=sending.status)
