"""One session with a specialist in the admin: what comes next stands on the page, each step a button that POSTs."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import requests
from accounts.models import User
from consultations.actions import partner, readings
from consultations.actions import specialists as actions
from consultations.forms.sessions import (
    FinishForm,
    FixForm,
    HearingForm,
    MatchForm,
    RequestForm,
    VersionForm,
    fix_initial,
)
from consultations.models import Consultation, Referral, SpecialistSession
from consultations.queries import places
from consultations.queries.sessions import SessionPage, session_page, sessions_of
from consultations.rules import rights
from kyodo import clock, staff_pages

LOOK = "look"
"""The button that shows what is taken on another day."""
Take = Callable[[SpecialistSession, Any, User], object]


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Which profession is asked for; a POST without one shows the choice."""
    user = requests.staff(request)
    consultation = get_object_or_404(
        Consultation.objects.readable_by(user).select_related("contact").defer("search", "contact__search"),
        pk=pk,
    )
    if not (rights.can_run_specialists(user) and rights.can_work_on(user, consultation)):
        raise PermissionDenied
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            session = actions.request(consultation=consultation, by=user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("士業相談を始めました。まず、聞き取ったことを書いてください。"))
            return redirect("admin:consultations_session", pk=session.pk)
    return staff_pages.page(
        request,
        "consultations/staff/session_new.html",
        _("士業相談を始める"),
        status=staff_pages.refused_status(form),
        form=form,
        consultation=consultation,
    )


@require_safe
def session(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _found(requests.staff(request), pk))


@require_POST
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take one step, or show the page again with what was typed and what is in the way."""
    user = requests.staff(request)
    found = _found(user, pk)
    if step not in STEPS:
        raise Http404
    if not rights.can_run_specialists(user):
        raise PermissionDenied
    form = _form(step, session_page(found, user), request.POST)
    if LOOK in request.POST and isinstance(form, FixForm):
        return _page(request, found, {step: _looked_at(form)})
    if form.is_valid():
        take, done = STEPS[step]
        try:
            take(found, form, user)
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            messages.success(request, done())
            return redirect("admin:consultations_session", pk=pk)
    return _page(request, _found(user, pk), {step: form}, status=422)


@require_POST
def renew_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Another address of the answer page, from the page of the referral or of the session."""
    user = requests.staff(request)
    referral = get_object_or_404(Referral.objects.visible_to(user).select_related("consultation"), pk=pk)
    try:
        partner.renew_link(referral=referral, by=user)
    except ValidationError as refusal:
        staff_pages.tell(request, refusal)
    else:
        messages.success(
            request,
            _("新しい回答ページのアドレスを %(address)s に送りました。前のアドレスは使えません。")
            % {"address": referral.to_email},
        )
    return redirect("admin:consultations_referral_page", pk=pk)


def _found(user: User, pk: int) -> SpecialistSession:
    return get_object_or_404(sessions_of(user), pk=pk)


def _page(
    request: HttpRequest,
    found: SpecialistSession,
    refused: Mapping[str, forms.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = requests.staff(request)
    page = session_page(found, user)
    given = dict(refused or {})
    open_steps = {
        "hear": page.can_hear,
        "match": page.can_match,
        "fix": page.can_fix,
        "finish": page.can_finish,
        "another": page.can_ask_another,
        "cancel": page.can_cancel,
    }
    shown = {name: given.get(name) or _form(name, page) for name, is_open in open_steps.items() if is_open}
    # What was typed for a step that is no longer open is shown all the same, with the reason.
    shown |= given
    if isinstance(fix := shown.get("fix"), FixForm) and (day := _day_of(fix)):
        fix.show_taken(day, places.taken_on(day, found))
    readings.record_reading(consultation=found.consultation, what=readings.What.PAGE, by=user)
    return staff_pages.page(
        request,
        "consultations/staff/session.html",
        _("士業相談：%(profession)s") % {"profession": found.get_profession_display()},
        status=status,
        page=page,
        session=found,
        **{f"{name}_form": form for name, form in shown.items()},
    )


def _form(step: str, page: SessionPage, data: Any = None) -> forms.Form:
    session = page.session
    version = {"version": session.version}
    if step == "hear":
        initial = {"profession": session.profession, "hearing_note": session.hearing_note}
        return HearingForm(data, initial=version | initial)
    if step == "match":
        has_consent = session.consultation.referral_consented_at is not None
        return MatchForm(data, initial=version, candidates=page.candidates, has_consent=has_consent)
    if step == "fix":
        return FixForm(data, initial=version | (fix_initial(page) if data is None else {}))
    if step == "finish":
        return FinishForm(data, initial=version)
    return VersionForm(data, initial=version, prefix=step)


def _day_of(form: FixForm) -> date | None:
    """The day that stands in the form, typed or proposed."""
    if form.is_bound:
        form.is_valid()
    moment = form.cleaned_data.get("begins_at") if form.is_bound else form.initial.get("begins_at")
    return clock.local(moment).date() if moment else None


def _looked_at(form: FixForm) -> FixForm:
    """As it was typed, to see what is taken on that day; nothing is asked yet."""
    form.is_valid()
    typed = {name: form[name].data for name in form.fields if name != "begins_at"}
    return FixForm(initial={**typed, "begins_at": form.cleaned_data.get("begins_at")})


def _hear(session: SpecialistSession, form: HearingForm, user: User) -> object:
    return actions.hear(session=session, by=user, **form.cleaned_data)


def _match(session: SpecialistSession, form: MatchForm, user: User) -> object:
    version = form.cleaned_data["version"]
    return actions.match(session=session, version=version, consent=form.consent, by=user, **form.picked)


def _fix(session: SpecialistSession, form: FixForm, user: User) -> object:
    return actions.fix(session=session, version=form.cleaned_data["version"], meeting=form.meeting, by=user)


def _finish(session: SpecialistSession, form: FinishForm, user: User) -> object:
    return actions.finish(session=session, by=user, **form.cleaned_data)


def _another(session: SpecialistSession, form: VersionForm, user: User) -> object:
    return actions.ask_another(session=session, by=user, **form.cleaned_data)


def _cancel(session: SpecialistSession, form: VersionForm, user: User) -> object:
    return actions.cancel(session=session, by=user, **form.cleaned_data)


STEPS: dict[str, tuple[Take, Callable[[], str]]] = {
    "hear": (_hear, lambda: _("聞き取ったことを保存しました。")),
    "match": (_match, lambda: _("専門家に、回答ページのアドレスを送りました。")),
    "fix": (_fix, lambda: _("日時を決めて、予定を送りました。")),
    "finish": (_finish, lambda: _("結果を書きました。")),
    "another": (_another, lambda: _("専門家への依頼を取り下げました。ほかの人を選べます。")),
    "cancel": (_cancel, lambda: _("士業相談を取りやめました。")),
}
