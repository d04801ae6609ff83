from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from accounts import requests
from consultations.views import presence
from kyodo import references


@require_POST
def beat(request: HttpRequest, reference: str) -> HttpResponse:
    user = requests.ward_officer(request)
    return presence.beat(request, user, reference=references.normalise(reference))
