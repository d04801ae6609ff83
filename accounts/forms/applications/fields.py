"""Fields that only applications ask for."""

import unicodedata
from typing import Any

from django import forms

from accounts.rules import steps
from accounts.rules.papers import accept_paper
from kyodo.files import Accepted
from kyodo.forms import SeveralFilesField


class PapersField(SeveralFilesField):
    """None, one or several papers, looked into before the application is locked."""

    def clean(self, data: Any, initial: Any = None) -> list[Accepted]:  # type: ignore[override]
        return [accept_paper(file) for file in super().clean(data, initial)]


class KanaField(forms.CharField):
    """Katakana is taken as well and kept as hiragana."""

    def to_python(self, value: Any) -> str:
        text = steps.in_hiragana(unicodedata.normalize("NFKC", super().to_python(value) or ""))
        return " ".join(text.split())

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            steps.check_kana(value)
