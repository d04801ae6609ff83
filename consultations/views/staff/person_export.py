"""One person's data, on their own request (本人への開示): found first, then given out as a file. Managers only."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import requests
from accounts.models import User
from consultations.actions import readings
from consultations.forms.staff.person_export import PersonForm, TheirsForm
from consultations.queries import person_export as queries
from consultations.rules import rights
from kyodo import staff_pages
from kyodo.centre.queries import current_centre

FILENAME = "kyodo-person.zip"
DOCUMENT = ("document.html", "document.css")
FOLDER = "consultations/staff/person_document/"


@require_http_methods(["GET", "HEAD", "POST"])
def person_export(request: HttpRequest) -> HttpResponseBase:
    """What is looked for travels in the body of a POST, so that no log of addresses keeps it."""
    user = requests.staff(request)
    if not rights.can_see_oversight(user):
        raise PermissionDenied
    form = PersonForm(request.POST or None)
    found, theirs = None, None
    if form.is_valid():
        found = queries.consultations_of(form.sought, seen_by=user)
        if "export" in request.POST and found:
            theirs = TheirsForm(request.POST, found=found)
            if theirs.is_valid() and not form.refuse_unidentified():
                requests.prove_again(request)
                return _file(theirs.cleaned_data["theirs"], user, with_notes=form.cleaned_data["with_notes"])
        else:
            theirs = TheirsForm(found=found, initial={"theirs": TheirsForm.surely(found, form.sought)})
    refused = staff_pages.refused_status(form)
    return staff_pages.page(
        request,
        "consultations/staff/person_export.html",
        _("本人への開示"),
        status=max(refused, staff_pages.refused_status(theirs)) if theirs else refused,
        form=form,
        found=found,
        theirs=theirs,
    )


def _file(consultations: Any, user: User, *, with_notes: bool) -> FileResponse:
    with transaction.atomic():
        readings.record_export(consultations=[one.pk for one in consultations], by=user)
        data = queries.as_data(consultations, with_notes=with_notes)
        context = {"centre": current_centre(), **data}
        document = {name: render_to_string(FOLDER + name, context) for name in DOCUMENT}
        attachments = queries.attachments_of(consultations, with_notes=with_notes)
        archive = queries.as_zip(data, document, attachments)
    response = FileResponse(archive, as_attachment=True, filename=FILENAME)
    response["Cache-Control"] = "private, no-store"
    return response
