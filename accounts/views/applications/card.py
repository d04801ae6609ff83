"""The registration card (登録カード): a page to print, or to show on the phone at the desk."""

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import Group
from accounts.requests import person


@require_GET
def card(request: HttpRequest, number: str) -> HttpResponse:
    """For the group's people and the staff. The code leads back here, so that staff see whether it still holds."""
    group = get_object_or_404(Group.objects.visible_to(person(request)), number=number)
    address = settings.BASE_URL + reverse("group_card", args=[group.number])
    picture = segno.make(address, error="m").svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
    return render(request, "accounts/applications/card.html", {"group": group, "picture": picture})
