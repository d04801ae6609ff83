"""One consultation in the admin: everything that happened, what to do next, and what stands around it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import requests
from accounts.models import User
from consultations.actions import readings
from consultations.forms.staff.steps import OUTCOMES
from consultations.forms.staff.writing import TALKS
from consultations.models import Referral
from consultations.queries.consultation_page import page_of
from consultations.queries.opening import Opened, open_for
from kyodo import staff_pages


@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.staff(request)
    opened = open_for(user, pk)
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    if not opened.is_readable:
        return _outline(request, user, opened)
    found = page_of(opened, user, all_of_it="all" in request.GET)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/page.html",
        opened.consultation.title,
        page=found,
        consultation=found.consultation,
        steps=found.steps,
        outcomes=OUTCOMES,
        talk_channels=TALKS,
    )


def _outline(request: HttpRequest, user: User, opened: Opened) -> HttpResponse:
    """For an office that follows it: where it stands, how it ended, and the referral by which it knows of it."""
    referrals = Referral.objects.visible_to(user).filter(consultation=opened.consultation)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/outline.html",
        _("相談 %(reference)s") % {"reference": opened.consultation.reference},
        opened=opened,
        consultation=opened.consultation,
        referrals=referrals.order_by("-sent_at"),
    )
