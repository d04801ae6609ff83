"""Fields that only applications ask for."""

from typing import Any

from accounts.rules import steps
from accounts.rules.papers import accept_paper
from kyodo import forms
from kyodo.files import Accepted
from kyodo.forms import SeveralFilesField


class PapersField(SeveralFilesField):
    """None, one or several papers, looked into before the application is locked."""

    def clean(self, data: Any, initial: Any = None) -> list[Accepted]:  # type: ignore[override]
        return [accept_paper(file) for file in super().clean(data, initial)]


class GroupKanaField(forms.KanaField):
    """The reading of a group's name: digits and letters may stand in it."""

    default_validators = [steps.check_kana]
