"""A page says every so often that it is open; back come the others who are there. For both doors."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.models import User
from consultations.actions import presence
from consultations.models import Consultation
from consultations.queries.consultation_page import present_in


def beat(request: HttpRequest, user: User, **which: object) -> HttpResponse:
    """Asks for the consultation's key alone: this comes three times a minute from every open page."""
    readable = Consultation.objects.readable_by(user).only("pk")
    consultation = get_object_or_404(readable, **which)
    if "leaves" in request.POST:
        presence.leave(consultation=consultation, by=user)
        return HttpResponse(status=204)
    presence.beat(consultation=consultation, is_writing=request.POST.get("writing") == "1", by=user)
    return render(request, "consultations/_present.html", {"present": present_in(consultation, user)})
