"""The two doors to the pages of a consultation: the centre's, inside the admin, and the desk of a ward centre.

What is done behind them is one: a view is given its door and asks it who may enter, how a page is framed and where it
leads back to.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from consultations.actions import readings
from consultations.models import Consultation
from consultations.queries.consultation_page import present_in
from consultations.queries.opening import Opened
from consultations.views.staff import stepping
from consultations.views.staff.stepping import Step
from consultations.views.ward import opening
from kyodo import staff_pages


@dataclass(frozen=True)
class Door:
    enter: Callable[[HttpRequest, Any], tuple[User, Opened]]
    """By what stands in its addresses: 404 for whoever may not see it, 403 for whoever only looks on."""
    page: Callable[[HttpRequest, str, int, Mapping[str, Any]], HttpResponse]
    """A step's own page in the frame of the door."""
    back: Callable[[Consultation], HttpResponse]


def show_step(
    request: HttpRequest,
    door: Door,
    user: User,
    opened: Opened,
    form: forms.Form,
    step: Step,
    *,
    version: int,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of its own for one form. It shows the person's data, so it is written down that it was looked at."""
    consultation = opened.consultation
    readings.record_reading(consultation=consultation, what=readings.What.PAGE, by=user)
    shown = {
        "form": form,
        "step": step,
        "opened": opened,
        "consultation": consultation,
        "present": present_in(consultation, user),
        "version": version,
        **context,
    }
    return door.page(request, step.title, status or staff_pages.refused_status(form), shown)


def _in_admin(request: HttpRequest, title: str, status: int, shown: Mapping[str, Any]) -> HttpResponse:
    template = "consultations/staff/consultation/step.html"
    return staff_pages.page(request, template, title, status=status, **shown)


def _at_ward(request: HttpRequest, title: str, status: int, shown: Mapping[str, Any]) -> HttpResponse:
    return render(request, "consultations/ward/step.html", {**shown, "title": title}, status=status)


CENTRE = Door(
    enter=stepping.open_to_work,
    page=_in_admin,
    back=lambda consultation: stepping.to_page(consultation.pk),
)
WARD = Door(
    enter=opening.open_to_work,
    page=_at_ward,
    back=lambda consultation: redirect("ward_consultation", reference=consultation.reference),
)
