"""Rows of a table inside an admin page: each field says its name, which Django's table only says in the column's head."""

from typing import Any

from django.db.models import Model
from django.forms import BaseInlineFormSet, ModelForm


class NamedFields(BaseInlineFormSet[Model, Model, ModelForm[Model]]):
    def add_fields(self, form: ModelForm[Model], index: int | None) -> None:
        super().add_fields(form, index)
        for name, field in form.fields.items():
            attributes: dict[str, Any] = field.widget.attrs
            attributes.setdefault("aria-label", str(field.label or name))
