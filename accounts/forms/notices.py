"""How somebody at work wants to hear of each kind of thing."""

from collections.abc import Iterable
from typing import Any

from django import forms

from accounts.models import NoticeChoice
from accounts.notices import Kind


class NoticesForm(forms.Form):
    def __init__(self, *args: Any, choices: Iterable[tuple[Kind, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, how in choices:
            self.fields[kind.code] = forms.ChoiceField(
                label=str(kind.label),
                choices=NoticeChoice.How.choices,
                initial=how,
                widget=forms.RadioSelect,
            )
