from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def consultation(request: HttpRequest, reference: str) -> HttpResponse:
    return render(request, "consultations/door.html")
