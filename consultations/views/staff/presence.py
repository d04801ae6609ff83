from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from accounts import requests
from consultations.actions import presence
from consultations.queries.consultation_page import present_in
from consultations.queries.opening import open_for


@require_POST
def beat(request: HttpRequest, pk: int) -> HttpResponse:
    """The page says every so often that it is open; back come the others who are there."""
    user = requests.staff(request)
    opened = open_for(user, pk)
    if not opened.is_readable:
        raise Http404
    if "leaves" in request.POST:
        presence.leave(consultation=opened.consultation, by=user)
        return HttpResponse(status=204)
    presence.beat(consultation=opened.consultation, is_writing=request.POST.get("writing") == "1", by=user)
    context = {"present": present_in(opened.consultation, user)}
    return render(request, "consultations/staff/consultation/_present.html", context)
