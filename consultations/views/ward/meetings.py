"""Meetings of the network of ward centres, with their papers."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts import requests
from consultations.models import MeetingMaterial, NetworkMeeting
from kyodo import clock, files

PER_PAGE = 20


@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    user = requests.ward_officer(request)
    rows = NetworkMeeting.objects.visible_to(user).prefetch_related("materials")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "consultations/ward/meetings.html", {"page": page, "now": clock.now()})


@require_safe
def material(request: HttpRequest, meeting: int, pk: int) -> FileResponse:
    user = requests.ward_officer(request)
    seen = NetworkMeeting.objects.visible_to(user)
    found = get_object_or_404(MeetingMaterial.objects.filter(meeting__in=seen), pk=pk, meeting_id=meeting)
    return files.download(found.file, name=found.name, content_type=found.content_type)
