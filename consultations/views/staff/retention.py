"""What was forgotten, night by night, and what tomorrow's run would forget. To look at; the clock does it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import requests
from consultations.queries import retention
from consultations.rules import rights
from kyodo import staff_pages


@require_GET
def runs(request: HttpRequest) -> HttpResponse:
    if not rights.can_see_oversight(requests.staff(request)):
        raise PermissionDenied
    return staff_pages.page(
        request, "consultations/staff/retention.html", _("保存期間の処理"), page=retention.page()
    )
