"""Several files in one field."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

HINT = _("PDF・Word・写真。1つ20MBまで、5つまで。")


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """None, one or several files; what is in them is judged by actions.files."""

    widget = SeveralFilesInput

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"required": False, "help_text": HINT} | options))

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in files if file]
