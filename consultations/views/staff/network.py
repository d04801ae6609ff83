"""The network of ward centres: their load in numbers, and the papers of their meetings."""

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import requests
from consultations.models import MeetingMaterial, NetworkMeeting
from consultations.queries import ward_statistics
from consultations.queries.network import network as read_network
from consultations.rules import rights
from kyodo import clock, files, staff_pages


@require_safe
def network(request: HttpRequest) -> HttpResponse:
    """For managers: numbers of all ward centres, no case of any."""
    user = requests.staff(request)
    if not rights.can_see_oversight(user):
        raise PermissionDenied
    year = ward_statistics.period_from(request.GET).year
    return staff_pages.page(
        request,
        "consultations/staff/network.html",
        _("区のセンターの状況"),
        network=read_network(ward_statistics.Period(year), clock.now()),
        years=ward_statistics.years(),
    )


@require_safe
def material(request: HttpRequest, pk: int) -> FileResponse:
    user = requests.staff(request)
    seen = NetworkMeeting.objects.visible_to(user)
    found = get_object_or_404(MeetingMaterial.objects.filter(meeting__in=seen), pk=pk)
    return files.download(found.file, name=found.name, content_type=found.content_type)
