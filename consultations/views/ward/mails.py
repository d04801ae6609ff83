"""Mails that name a consultation of this ward centre and could not be put into it by themselves."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import requests
from accounts.models import User
from consultations.actions import readings
from consultations.actions.inbound import placing
from consultations.forms.staff.inbound import IgnoreForm, PlaceForm
from consultations.models import Consultation, InboundMail
from consultations.queries import inbound as queries

State = InboundMail.State
TABS = (State.QUEUED, State.IGNORED, State.MATCHED)
UNPROCESSABLE = 422
# Two forms on one page: their fields must not share an id.
PLACE, IGNORE = "place_%s", "ignore_%s"


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    user = requests.ward_officer(request)
    state = request.GET.get("state", "")
    state = state if state in State.values else State.QUEUED.value
    context = {
        "page": queries.mails(user, state, request.GET.get("page", "")),
        "tabs": [(one.value, one.label) for one in TABS],
        "state": state,
    }
    return render(request, "consultations/ward/mails.html", context)


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.ward_officer(request)
    found = _mail(user, pk)
    if found.about is not None:
        # It lies in a consultation, or names one: reading it is reading that.
        readings.record_reading(consultation=found.about, what=readings.What.PAGE, by=user)
    return _show(request, user, found)


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.ward_officer(request)
    found = _mail(user, pk)
    form = PlaceForm(request.POST, auto_id=PLACE)

    def step() -> HttpResponse:
        into = Consultation.objects.visible_to(user).filter(reference=form.cleaned_data["reference"]).first()
        if into is None:
            raise ValidationError(_("この受付番号の相談は見つかりません。"), code="consultation")
        placed = placing.place(inbound=found, seen=form.cleaned_data["seen"], consultation=into, by=user)
        messages.success(request, _("相談 %(reference)s に入れました。") % {"reference": placed.about})
        return redirect("ward_mails")

    return _take(request, user, found, form, "place", step)


@require_POST
def ignore(request: HttpRequest, pk: int) -> HttpResponse:
    user = requests.ward_officer(request)
    found = _mail(user, pk)
    form = IgnoreForm(request.POST, auto_id=IGNORE)

    def step() -> HttpResponse:
        given = form.cleaned_data
        placing.ignore(inbound=found, seen=given["seen"], reason=given["reason"], by=user)
        messages.success(request, _("「相談ではない」に移しました。"))
        return redirect("ward_mails")

    return _take(request, user, found, form, "ignore", step)


def _mail(user: User, pk: int) -> InboundMail:
    seen = InboundMail.objects.visible_to(user).select_related("about__duplicate_of", "handled_by")
    return get_object_or_404(seen.defer("about__search", "about__duplicate_of__search"), pk=pk)


def _take(
    request: HttpRequest,
    user: User,
    found: InboundMail,
    form: forms.Form,
    name: str,
    step: Callable[[], HttpResponse],
) -> HttpResponse:
    """Refused, the page shows what was typed and why it could not be done."""
    if form.is_valid():
        try:
            return step()
        except ValidationError as refusal:
            if refusal.code == "handled":
                messages.error(request, refusal.messages[0])
                return redirect("ward_mail", found.pk)
            form.add_error(None, refusal)
    return _show(request, user, found, **{name: form})


def _show(request: HttpRequest, user: User, found: InboundMail, **refused: forms.Form) -> HttpResponse:
    seen = {"seen": found.state}
    opened = {
        "place": PlaceForm(initial=seen, auto_id=PLACE),
        "ignore": IgnoreForm(initial=seen, auto_id=IGNORE),
    }
    context = {"shown": queries.mail_page(user, found), "mail": found, **opened, **refused}
    status = UNPROCESSABLE if refused else 200
    return render(request, "consultations/ward/mail.html", context, status=status)
