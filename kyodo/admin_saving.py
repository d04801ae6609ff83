"""Saving a row in the admin that actions change as well."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest


class SavesWhatWasTyped(admin.ModelAdmin):  # type: ignore[type-arg]
    """Writes the fields that a person changed in the form, and no other.

    Django writes the whole row as it was read: an approval, a suspension or a draw that was on its way meanwhile would
    be undone by whoever saves a note beside it.
    """

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=[name for name in form.changed_data if name in columns])
