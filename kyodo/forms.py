"""How every form of the site looks, and the fields that all apps ask with."""

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from kyodo import clock

# What a counted field says of itself while it is typed in (static/js/site.js).
CHARACTERS_LEFT = _("あと{left}文字")


class Renderer(TemplatesSetting):
    """Label, hint, error, field, in that order, linked for a screen reader."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"


class DayField(forms.DateField):
    """A day, through the browser's own calendar where there is one; never one that no calendar of ours reaches."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("日付を 2026-11-20 のように書いてください。")})
        super().__init__(**options)

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value is not None and not clock.FIRST_YEAR <= value.year <= clock.LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
