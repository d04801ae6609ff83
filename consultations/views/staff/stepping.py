"""One press of a button on the consultation page: the form, the action, and what is shown when either refuses.

Refused, the form comes back as it was typed (422). Changed by somebody else meanwhile, it comes back with what changed
beside it and may be sent again as it is (409): neither text is lost.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import requests
from accounts.models import User
from consultations.actions import readings
from consultations.models import Consultation
from consultations.queries import changes
from consultations.queries.opening import Opened, open_for
from consultations.rules import rights
from consultations.views.staff.inbox import address_of_next
from consultations.views.versions import posted_version
from kyodo import staff_pages

NEXT = "next"
STALE = "stale"
CONFLICT = 409
UNPROCESSABLE = 422
# Refusals of actions that belong to one field of the form.
FIELDS = {
    "assignee": "to",
    "outcome": "outcome",
    "outcome_text": "outcome_text",
    "waiting_for": "waiting_for",
    "channel": "channel",
    "future": "on",
    "past": "follow_up_on",
    "reason": "reason",
    "user": "user",
    "tag": "name",
    "tag_length": "name",
    "itself": "reference",
    "unknown": "reference",
    "partner": "name",
    "result": "result",
    "duplicate_chain": "reference",
    "too_many_files": "files",
    "file_size": "files",
    "file_type": "files",
    "file_broken": "files",
    "infected": "files",
    "unchecked": "files",
}


@dataclass(frozen=True)
class Step:
    """How a step is called on its own page, on its button, and once it is done."""

    title: str
    button: str
    done: str
    hint: str = ""


Run = Callable[[Consultation, User], object]


def open_to_work(request: HttpRequest, pk: int) -> tuple[User, Opened]:
    """404 for whoever may not see it, 403 for whoever only looks on; asked before anything typed is looked at."""
    user = requests.staff(request)
    opened = open_for(user, pk)
    if not rights.can_work_on(user, opened.consultation):
        raise PermissionDenied
    return user, opened


def take(
    request: HttpRequest,
    user: User,
    opened: Opened,
    form: forms.Form,
    step: Step,
    run: Run,
    *,
    anchor: str = "",
) -> HttpResponse:
    """Run the action on what was typed, or show the form again. `next` in the press leads on to the next line."""
    if form.is_valid():
        onward = address_of_next(request, user, opened.consultation) if NEXT in request.POST else ""
        try:
            run(opened.consultation, user)
        except ValidationError as refusal:
            if getattr(refusal, "code", "") == STALE:
                return show_stale(request, user, opened, form, step)
            show_refusal(form, refusal)
        else:
            if onward:
                messages.success(request, f"{opened.consultation.reference}{_('：')}{step.done}")
                return redirect(onward)
            messages.success(request, step.done, extra_tags=anchor)
            return to_page(opened.consultation.pk, anchor)
    return show_step(request, user, opened, form, step, version=posted_version(request))


def show_step(
    request: HttpRequest,
    user: User,
    opened: Opened,
    form: forms.Form,
    step: Step,
    *,
    version: int,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of its own for one form."""
    consultation = opened.consultation
    readings.record_reading(consultation=consultation, what=readings.What.PAGE, by=user)
    return staff_pages.page(
        request,
        "consultations/staff/consultation/step.html",
        step.title,
        status=status or staff_pages.refused_status(form),
        form=form,
        step=step,
        opened=opened,
        consultation=consultation,
        version=version,
        lost_files=[file.name for file in request.FILES.getlist("files")] if request.FILES else [],
        **context,
    )


def show_stale(
    request: HttpRequest, user: User, opened: Opened, form: forms.Form, step: Step, **context: Any
) -> HttpResponse:
    """What was typed beside what changed; sent once more, it counts for what is there now."""
    opened = open_for(user, opened.consultation.pk)
    meanwhile = changes.since_version(opened.consultation, posted_version(request), user)
    return show_step(
        request,
        user,
        opened,
        form,
        step,
        version=opened.consultation.version,
        status=CONFLICT,
        meanwhile=meanwhile,
        **context,
    )


def show_refusal(form: forms.Form, refusal: ValidationError, fields: Mapping[str, str] = FIELDS) -> None:
    field = fields.get(getattr(refusal, "code", "") or "")
    form.add_error(field if field in form.fields else None, refusal)


def to_page(pk: int, anchor: str = "") -> HttpResponse:
    """What is said of the step stands where this leads: its message carries the same anchor."""
    address = reverse("admin:consultations_consultation_change", args=[pk])
    return redirect(address + (f"#{anchor}" if anchor else ""))
