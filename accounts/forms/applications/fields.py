"""Fields that only applications ask for."""

import unicodedata
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.rules import steps
from accounts.rules.papers import check_paper
from kyodo.forms import SeveralFilesField


class PapersField(SeveralFilesField):
    """None, one or several papers."""

    def check_file(self, file: "UploadedFile[bytes]") -> None:
        check_paper(file)


class KanaField(forms.CharField):
    """Katakana is taken as well and kept as hiragana."""

    def to_python(self, value: Any) -> str:
        text = steps.in_hiragana(unicodedata.normalize("NFKC", super().to_python(value) or ""))
        return " ".join(text.split())

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            steps.check_kana(value)
