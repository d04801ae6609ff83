"""A ward centre's desk (区の窓口): what needs us, what came back, in five minutes a week."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import requests
from consultations.queries.ward_desk import ward_desk


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    user = requests.ward_officer(request)
    return render(
        request, "consultations/ward/desk.html", {"desk": ward_desk(user), "office": user.ward_centre}
    )
