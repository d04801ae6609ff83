"""One person's data, on their own request (本人への開示): found first, then given out as a file. Managers only."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import requests
from consultations.actions import readings
from consultations.forms.staff.person_export import PersonForm
from consultations.queries import person_export as queries
from consultations.rules import rights
from kyodo import staff_pages

FILENAME = "kyodo-person.zip"


@require_http_methods(["GET", "POST"])
def person_export(request: HttpRequest) -> HttpResponseBase:
    """The address travels in the body of a POST, so that no log of addresses keeps it."""
    user = requests.staff(request)
    if not rights.can_see_oversight(user):
        raise PermissionDenied
    form = PersonForm(request.POST or None)
    found = None
    if form.is_valid():
        email, with_notes = form.cleaned_data["email"], form.cleaned_data["with_notes"]
        consultations = queries.consultations_of(email, seen_by=user)
        found = list(consultations)
        if "export" in request.POST and found and not form.refuse_unidentified():
            with transaction.atomic():
                readings.record_export(consultations=[one.pk for one in found], by=user)
                data = queries.as_data(email, consultations, with_notes=with_notes)
                archive = queries.as_zip(data, queries.attachments_of(consultations, with_notes=with_notes))
            response = FileResponse(archive, as_attachment=True, filename=FILENAME)
            response["Cache-Control"] = "private, no-store"
            return response
    return staff_pages.page(
        request,
        "consultations/staff/person_export.html",
        _("本人への開示"),
        status=staff_pages.refused_status(form),
        form=form,
        found=found,
    )
