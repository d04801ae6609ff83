from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import requests
from consultations.queries import ward_statistics as queries


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    user = requests.ward_officer(request)
    found = queries.statistics(user, queries.period_from(request.GET))
    context = {
        "found": found,
        "years": queries.years(),
        "months": queries.months(),
        "office": user.ward_centre,
    }
    return render(request, "consultations/ward/statistics.html", context)
