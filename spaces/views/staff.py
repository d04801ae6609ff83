"""What the pages of staff share: refusals, and which of them staff may set aside."""

from django import forms
from django.core.exceptions import ValidationError

from spaces.models import RuleOverride
from spaces.rules.limits import STAFF_MAY_OVERRIDE


def show_refusal(form: forms.Form, refusal: ValidationError) -> None:
    """Put the refusals on the form, and offer to set aside those that staff may, beside what was set aside before."""
    form.add_error(None, refusal)
    codes = {str(error.code) for error in refusal.error_list} & STAFF_MAY_OVERRIDE
    form.offered_overrides = sorted(codes)  # type: ignore[attr-defined]
    overrides = form.fields.get("overrides")
    if codes and isinstance(overrides, forms.MultipleChoiceField):
        shown = codes | set(form.cleaned_data.get("overrides", ()))
        overrides.choices = [(code, name) for code, name in RuleOverride.Rule.choices if code in shown]
