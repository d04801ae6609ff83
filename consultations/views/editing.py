"""Mending a consultation and its contact, at both doors. Whoever saves late is shown what changed, and loses nothing of
what they typed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from consultations.actions import editing
from consultations.forms.staff.editing import ContactForm, EditForm
from consultations.models import Consultation
from consultations.queries import changes, seen
from consultations.queries.opening import Opened, open_for
from consultations.rules import rights
from consultations.views.doors import Door, show_step
from consultations.views.staff.stepping import CONFLICT, STALE, Step, show_refusal
from consultations.views.versions import posted_version


@dataclass(frozen=True)
class Editing:
    """One form that mends something: how it is filled, and the action that saves it."""

    step: Step
    form: Callable[..., forms.Form]
    present: Callable[[Consultation], Mapping[str, Any]]
    save: Callable[[Consultation, Any], object]


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: int | str, door: Door) -> HttpResponse:
    user, opened = door.enter(request, key)
    has = opened.consultation.group
    return _mend(
        request,
        door,
        user,
        opened,
        Editing(
            step=Step(_("相談の内容を直す"), _("保存する"), _("相談の内容を直しました。")),
            form=lambda data=None, **options: EditForm(data, by=user, has=has, **options),
            present=EditForm.initial_from,
            save=lambda consultation, form: editing.edit(
                consultation=consultation, version=posted_version(request), facts=form.facts, by=user
            ),
        ),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest, key: int | str, door: Door) -> HttpResponse:
    user, opened = door.enter(request, key)
    if not rights.can_edit_contact(user, opened.consultation):
        raise PermissionDenied
    return _mend(
        request,
        door,
        user,
        opened,
        Editing(
            step=Step(_("連絡先を直す"), _("保存する"), _("連絡先を直しました。")),
            form=ContactForm,
            present=ContactForm.initial_from,
            save=lambda consultation, form: editing.edit_contact(
                consultation=consultation, version=posted_version(request), contact=form.details, by=user
            ),
        ),
    )


def _mend(request: HttpRequest, door: Door, user: User, opened: Opened, this: Editing) -> HttpResponse:
    if request.method != "POST":
        form = this.form(initial=this.present(opened.consultation))
        version = opened.consultation.version
        return show_step(request, door, user, opened, form, this.step, version=version)
    form = this.form(request.POST)
    if form.is_valid():
        try:
            this.save(opened.consultation, form)
        except ValidationError as refusal:
            if getattr(refusal, "code", "") == STALE:
                return _stale(request, door, user, opened, form, this)
            show_refusal(form, refusal, {"subject": "subject", "past": "follow_up_on"})
        else:
            messages.success(request, this.step.done)
            return door.back(opened.consultation)
    return show_step(request, door, user, opened, form, this.step, version=posted_version(request))


def _stale(
    request: HttpRequest, door: Door, user: User, opened: Opened, form: forms.Form, this: Editing
) -> HttpResponse:
    opened = open_for(user, opened.consultation.pk)
    now = this.present(opened.consultation)
    meanwhile = changes.since_version(opened.consultation, posted_version(request), user)
    in_form = seen.differences(form, now)
    labels = {change.label for change in in_form} | {str(field.label) for field in form.fields.values()}
    beside = [change for change in meanwhile.changes if change.label not in labels]
    return show_step(
        request,
        door,
        user,
        opened,
        this.form(seen.with_present_as_seen(request.POST, form, now)),
        this.step,
        version=opened.consultation.version,
        status=CONFLICT,
        meanwhile=changes.Meanwhile([*in_form, *beside], meanwhile.happenings, meanwhile.by),
    )
