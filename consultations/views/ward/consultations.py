"""A ward centre's consultations: the list, one of them, its files."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import requests
from accounts.models import User
from consultations.actions import readings
from consultations.models import Attachment, Consultation
from consultations.queries import ward_consultations as queries
from consultations.queries.ward_desk import open_line
from consultations.views.ward.opening import open_to_see
from kyodo import files, references

PER_PAGE = 30
KEPT = "ward_consultations"
"""Of the session: which of them the list showed. Words are left out: they may be somebody's."""


@require_safe
def consultations(request: HttpRequest) -> HttpResponse:
    user = requests.ward_officer(request)
    chosen = queries.chosen_from(request.GET)
    _keep(request, chosen)
    page = Paginator(queries.found(user, chosen), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "consultations/ward/consultations.html",
        {
            "page": page,
            "chosen": chosen,
            "query": chosen.query,
            "kinds": Consultation.Kind.choices,
            "lines": [open_line(one) for one in page],
        },
    )


@require_safe
def next_one(request: HttpRequest, reference: str) -> HttpResponse:
    """From an open consultation to the line after it, without the way back to the list."""
    user, opened = open_to_see(request, reference)
    return redirect(address_of_next(request, user, opened.consultation))


def address_of_next(request: HttpRequest, user: User, one: Consultation) -> str:
    """Of the list as it was last looked at. To be asked before a step moves the line."""
    found = queries.next_of(user, queries.Chosen(**request.session.get(KEPT, {})), one)
    return reverse("ward_consultation", args=[found.reference]) if found else reverse("ward_desk")


@require_safe
def consultation(request: HttpRequest, reference: str) -> HttpResponse:
    """As much of it as the office may see; each look is written down."""
    user, opened = open_to_see(request, reference)
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    if not opened.is_readable:
        return render(
            request,
            "consultations/ward/outline.html",
            {"page": queries.outline_of(opened, user), "opened": opened},
        )
    page = queries.page_of(opened, user, all_of_it="all" in request.GET)
    return render(
        request,
        "consultations/ward/consultation.html",
        {
            "page": page,
            "consultation": opened.consultation,
            "office_name": queries.office_name(opened.consultation),
        },
    )


@require_safe
def attachment(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    user = requests.ward_officer(request)
    found = get_object_or_404(
        Attachment.objects.visible_to(user).select_related("consultation"),
        pk=pk,
        consultation__reference=references.normalise(reference),
    )
    response = files.download(found.file, name=found.name, content_type=found.content_type)
    readings.record_reading(consultation=found.consultation, what=readings.What.FILE, by=user)
    return response


def _keep(request: HttpRequest, chosen: queries.Chosen) -> None:
    kept = {"when": chosen.when, "kind": chosen.kind}
    if request.session.get(KEPT, {"when": "", "kind": ""}) != kept:
        request.session[KEPT] = kept
