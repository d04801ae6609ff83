from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts import requests
from consultations.views import presence


@require_POST
def beat(request: HttpRequest, pk: int) -> HttpResponse:
    return presence.beat(request, requests.staff(request), pk=pk)
