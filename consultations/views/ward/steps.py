"""The steps of a consultation at a ward centre's desk: each a small page, because a telephone shows one form well.

Refused, the form comes back as it was typed (422). Changed by somebody else meanwhile, it comes back with what changed
beside it and may be sent again as it is (409).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from consultations.actions import entries, files, readings, steps
from consultations.forms.staff.steps import AssignForm, CloseForm, NothingForm, StartForm, WaitForm
from consultations.forms.staff.writing import NoteForm, TalkForm
from consultations.models import Consultation
from consultations.queries import changes
from consultations.queries.changes import Meanwhile
from consultations.queries.consultation_page import colleagues_for, present_in
from consultations.queries.opening import Opened, open_for
from consultations.queries.ward_consultations import unfinished
from consultations.views.versions import posted_version
from consultations.views.ward.consultations import address_of_next
from consultations.views.ward.opening import open_to_work, version_on
from kyodo import numbers

NEXT = "next"
STALE = "stale"
CONFLICT = 409
UNPROCESSABLE = 422


@dataclass(frozen=True)
class Step:
    """How a step is called, what it asks, and the action behind it."""

    title: Any
    button: Any
    done: Any
    form: Callable[..., forms.Form]
    run: Callable[[Consultation, User, Any, int], object]
    hint: Any = ""


def _assign_form(data: Any, uploads: Any, opened: Opened, user: User) -> forms.Form:
    chosen = opened.consultation.assignee_id or user.pk
    return AssignForm(data, colleagues=colleagues_for(opened.consultation, user), initial={"to": chosen})


def _plain(kind: type[forms.Form]) -> Callable[..., forms.Form]:
    def made(data: Any, uploads: Any, opened: Opened, user: User) -> forms.Form:
        row = opened.consultation
        return kind(data, uploads, initial={"next_step": row.next_step, "follow_up_on": row.follow_up_on})

    return made


def _assign(row: Consultation, by: User, form: Any, version: int) -> object:
    return steps.assign(consultation=row, version=version, to=form.cleaned_data["to"], by=by)


def _start(row: Consultation, by: User, form: Any, version: int) -> object:
    return steps.start(consultation=row, version=version, by=by, **form.cleaned_data)


def _wait(row: Consultation, by: User, form: Any, version: int) -> object:
    return steps.wait(consultation=row, version=version, by=by, **form.cleaned_data)


def _close(row: Consultation, by: User, form: Any, version: int) -> object:
    return steps.close(consultation=row, version=version, by=by, **form.cleaned_data)


def _reopen(row: Consultation, by: User, form: Any, version: int) -> object:
    return steps.reopen(consultation=row, version=version, by=by)


def _decline_reopening(row: Consultation, by: User, form: Any, version: int) -> object:
    return steps.decline_reopening(consultation=row, version=version, by=by)


def _seen(row: Consultation, by: User, form: Any, version: int) -> object:
    return entries.mark_seen(consultation=row, version=version, by=by)


def _note(row: Consultation, by: User, form: Any, version: int) -> object:
    accepted = files.accept_all(form.cleaned_data["files"])
    return entries.add_note(consultation=row, note=form.cleaned_data["note"], by=by, accepted=accepted)


def _talk(row: Consultation, by: User, form: Any, version: int) -> object:
    given = {name: value for name, value in form.cleaned_data.items() if name not in ("on", "at")}
    return entries.log_talk(consultation=row, by=by, happened_at=form.happened_at, **given)


NOBODY = _("だれにもメールは届きません。")
STEPS = {
    "assign": Step(_("担当を決める"), _("決める"), _("担当を決めました。"), _assign_form, _assign, NOBODY),
    "start": Step(_("対応を始める"), _("始める"), _("対応中にしました。"), _plain(StartForm), _start, NOBODY),
    "wait": Step(
        _("返事を待つ"),
        _("返事待ちにする"),
        _("返事待ちにしました。期限は止まっています。"),
        _plain(WaitForm),
        _wait,
        _("待っているあいだ、期限は止まります。だれにもメールは届きません。"),
    ),
    "close": Step(_("完了にする"), _("完了にする"), _("完了にしました。"), _plain(CloseForm), _close, NOBODY),
    "reopen": Step(_("再開する"), _("再開する"), _("再開しました。"), _plain(NothingForm), _reopen, NOBODY),
    "keep-closed": Step(
        _("再開しない"),
        _("完了のままにする"),
        _("完了のままにしました。"),
        _plain(NothingForm),
        _decline_reopening,
        _("相談者には、返信で伝えてください。"),
    ),
    "seen": Step(
        _("返事はいらない"),
        _("確認済みにする"),
        _("確認済みにしました。日にちの予定はそのままです。"),
        _plain(NothingForm),
        _seen,
        NOBODY,
    ),
    "note": Step(_("職員メモを書く"), _("メモを残す"), _("職員メモを残しました。"), _plain(NoteForm), _note),
    "talk": Step(
        _("話したことを記録する"),
        _("記録する"),
        _("話したことを記録しました。"),
        _plain(TalkForm),
        _talk,
        NOBODY,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, reference: str, name: str) -> HttpResponse:
    user, opened = open_to_work(request, reference)
    chosen = STEPS.get(name)
    if chosen is None:
        raise Http404
    if request.method != "POST":
        form = chosen.form(None, None, opened, user)
        return _show(request, user, opened, chosen, form, came_since=_came_since(request, user, opened))
    form = chosen.form(request.POST, request.FILES, opened, user)
    if not form.is_valid():
        return _show(request, user, opened, chosen, form, UNPROCESSABLE)
    onward = address_of_next(request, user, opened.consultation) if NEXT in request.POST else ""
    try:
        chosen.run(opened.consultation, user, form, posted_version(request))
    except ValidationError as refusal:
        if getattr(refusal, "code", "") == STALE:
            return _show_stale(request, user, opened, chosen, form)
        form.add_error(None, refusal)
        return _show(request, user, opened, chosen, form, UNPROCESSABLE)
    if onward:
        messages.success(request, f"{opened.consultation.reference}{gettext('：')}{chosen.done}")
        return redirect(onward)
    messages.success(request, chosen.done)
    return redirect("ward_consultation", reference=opened.consultation.reference)


def _came_since(request: HttpRequest, user: User, opened: Opened) -> Meanwhile | None:
    """The page whose button led here may be hours old. What came since stands beside the form, or closing would take a
    message off the list that nobody has read."""
    version = numbers.typed(request.GET.get("version", ""))
    if version is None or version >= opened.consultation.version:
        return None
    found = changes.since_version(opened.consultation, version, user)
    return found if found.changes or found.happenings else None


def _show_stale(
    request: HttpRequest, user: User, opened: Opened, chosen: Step, form: forms.Form
) -> HttpResponse:
    opened = open_for(user, opened.consultation.pk)
    meanwhile = changes.since_version(opened.consultation, posted_version(request), user)
    version = opened.consultation.version
    return _show(request, user, opened, chosen, form, CONFLICT, meanwhile=meanwhile, version=version)


def _show(
    request: HttpRequest,
    user: User,
    opened: Opened,
    chosen: Step,
    form: forms.Form,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    readings.record_reading(consultation=opened.consultation, what=readings.What.PAGE, by=user)
    present = present_in(opened.consultation, user)
    context = {"version": version_on(request, opened), "present": present, **context}
    if chosen is STEPS["close"]:
        context["unfinished"] = unfinished(opened.consultation, user)
        context["leads_on"] = True
    return render(
        request,
        "consultations/ward/step.html",
        {"step": chosen, "form": form, "consultation": opened.consultation, **context},
        status=status,
    )
