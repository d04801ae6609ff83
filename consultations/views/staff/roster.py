"""Free times of a specialist, many at once: a pattern, then every day of it to look at, then the word to add them."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import requests
from consultations.actions import roster as actions
from consultations.forms.roster import SlotsForm
from consultations.models import Specialist, SpecialistSlot
from consultations.rules import rights
from consultations.rules.slots import Planned
from kyodo import clock, staff_pages


@dataclass(frozen=True)
class Line:
    planned: Planned
    is_chosen: bool


@require_http_methods(["GET", "HEAD", "POST"])
def slots(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.staff(request)
    if not rights.can_run_specialists(user):
        raise PermissionDenied
    specialist = get_object_or_404(Specialist, pk=pk)
    form = SlotsForm(request.POST if request.method == "POST" else None)
    lines: list[Line] = []
    if form.is_valid():
        planned = _without_taken(specialist, form.planned)
        adds = "add" in request.POST
        chosen = set(request.POST.getlist("day"))
        lines = [Line(one, not one.why_not and (not adds or one.key in chosen)) for one in planned]
        if adds:
            try:
                added = actions.add_slots(
                    specialist=specialist,
                    stretches=[
                        (one.planned.begins_at, one.planned.ends_at) for one in lines if one.is_chosen
                    ],
                    by=user,
                )
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("空き時間を%(count)s件加えました。") % {"count": len(added)})
                return redirect("admin:consultations_specialist_change", object_id=specialist.pk)
    return staff_pages.page(
        request,
        "consultations/staff/slots.html",
        _("空き時間をまとめて加える"),
        status=staff_pages.refused_status(form),
        form=form,
        specialist=specialist,
        lines=lines,
        count=sum(line.is_chosen for line in lines),
    )


def _without_taken(specialist: Specialist, planned: list[Planned]) -> list[Planned]:
    """What is past, and what lies on a time they have already, is told as such."""
    if not planned:
        return []
    known = list(
        SpecialistSlot.objects.filter(
            specialist=specialist, begins_at__lt=planned[-1].ends_at, ends_at__gt=planned[0].begins_at
        ).values_list("begins_at", "ends_at")
    )
    now = clock.now()
    found = []
    for one in planned:
        if one.begins_at <= now:
            continue
        is_known = any(begins < one.ends_at and ends > one.begins_at for begins, ends in known)
        found.append(
            replace(one, why_not=_("もう空き時間があります。")) if is_known and not one.why_not else one
        )
    return found
