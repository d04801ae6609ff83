"""What the pages of staff share: the admin's frame around them, and refusals told as messages."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.models import User
from kyodo import access
from spaces.models import RuleOverride
from spaces.rules.limits import STAFF_MAY_OVERRIDE


def staff_of(request: HttpRequest) -> User:
    """The member of staff at work; anybody else is refused, whatever door let them in."""
    user = request.user
    if not access.may_enter_admin(request) or not isinstance(user, User):
        raise PermissionDenied
    return user


def page(request: HttpRequest, template: str, title: str, status: int = 200, **context: Any) -> HttpResponse:
    frame = admin.site.each_context(request)
    return TemplateResponse(request, template, {**frame, "title": title, **context}, status=status)


def tell(request: HttpRequest, refusal: ValidationError) -> None:
    for sentence in refusal.messages:
        messages.error(request, sentence)


def show_refusal(form: forms.Form, refusal: ValidationError) -> None:
    """Put the refusals on the form, and offer to set aside those that staff may, beside what was set aside before."""
    form.add_error(None, refusal)
    codes = {str(error.code) for error in refusal.error_list} & STAFF_MAY_OVERRIDE
    form.offered_overrides = sorted(codes)  # type: ignore[attr-defined]
    overrides = form.fields.get("overrides")
    if codes and isinstance(overrides, forms.MultipleChoiceField):
        shown = codes | set(form.cleaned_data.get("overrides", ()))
        overrides.choices = [(code, name) for code, name in RuleOverride.Rule.choices if code in shown]


def refused_status(form: forms.Form) -> int:
    return 422 if form.is_bound and form.errors else 200
