"""Mending a consultation and its contact. Whoever saves late is shown what changed, and loses nothing of what they typed."""

from collections.abc import Callable, Mapping
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
from consultations.views.staff.stepping import (
    CONFLICT,
    STALE,
    Step,
    open_to_work,
    show_refusal,
    show_step,
    to_page,
)
from consultations.views.versions import posted_version

Present = Callable[[Consultation], Mapping[str, Any]]


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    step = Step(_("相談の内容を直す"), _("保存する"), _("相談の内容を直しました。"))
    if request.method != "POST":
        form = EditForm(initial=EditForm.initial_from(opened.consultation), by=user)
        return show_step(request, user, opened, form, step, version=opened.consultation.version)
    form = EditForm(request.POST, by=user)
    return _save(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation: editing.edit(
            consultation=consultation, version=posted_version(request), facts=form.facts, by=user
        ),
        EditForm.initial_from,
        lambda data: EditForm(data, by=user),
    )


@require_http_methods(["GET", "POST"])
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    user, opened = open_to_work(request, pk)
    if not rights.can_edit_contact(user, opened.consultation):
        raise PermissionDenied
    step = Step(_("連絡先を直す"), _("保存する"), _("連絡先を直しました。"))
    if request.method != "POST":
        form = ContactForm(initial=ContactForm.initial_from(opened.consultation))
        return show_step(request, user, opened, form, step, version=opened.consultation.version)
    form = ContactForm(request.POST)
    return _save(
        request,
        user,
        opened,
        form,
        step,
        lambda consultation: editing.edit_contact(
            consultation=consultation, version=posted_version(request), contact=form.details, by=user
        ),
        ContactForm.initial_from,
        ContactForm,
    )


def _save(
    request: HttpRequest,
    user: User,
    opened: Opened,
    form: forms.Form,
    step: Step,
    run: Callable[[Consultation], object],
    present: Present,
    again: Callable[[Any], forms.Form],
) -> HttpResponse:
    if form.is_valid():
        try:
            run(opened.consultation)
        except ValidationError as refusal:
            if getattr(refusal, "code", "") == STALE:
                return _stale(request, user, opened, form, step, present, again)
            show_refusal(form, refusal, {"subject": "subject"})
        else:
            messages.success(request, step.done)
            return to_page(opened.consultation.pk)
    return show_step(request, user, opened, form, step, version=posted_version(request))


def _stale(
    request: HttpRequest,
    user: User,
    opened: Opened,
    form: forms.Form,
    step: Step,
    present: Present,
    again: Callable[[Any], forms.Form],
) -> HttpResponse:
    opened = open_for(user, opened.consultation.pk)
    now = present(opened.consultation)
    meanwhile = changes.since_version(opened.consultation, posted_version(request), user)
    in_form = seen.differences(form, now)
    labels = {change.label for change in in_form} | {str(field.label) for field in form.fields.values()}
    beside = [change for change in meanwhile.changes if change.label not in labels]
    return show_step(
        request,
        user,
        opened,
        again(seen.with_present_as_seen(request.POST, form, now)),
        step,
        version=opened.consultation.version,
        status=CONFLICT,
        meanwhile=changes.Meanwhile([*in_form, *beside], meanwhile.happenings, meanwhile.by),
    )
