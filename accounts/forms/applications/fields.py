"""Fields that only applications ask for."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.rules import steps
from accounts.rules.groups import is_whole_city
from accounts.rules.papers import accept_paper
from kyodo import forms
from kyodo.centre.models import Ward
from kyodo.centre.queries import all_wards
from kyodo.files import Accepted
from kyodo.forms import RowChoices, SeveralFilesField


class PapersField(SeveralFilesField):
    """None, one or several papers, looked into before the application is locked."""

    def clean(self, data: Any, initial: Any = None) -> list[Accepted]:  # type: ignore[override]
        return [accept_paper(file) for file in super().clean(data, initial)]


class GroupKanaField(forms.KanaField):
    """The reading of a group's name: digits and letters may stand in it."""

    default_validators = [steps.check_kana]


class WardChoices(RowChoices[Ward]):
    """The whole city first: a tick instead of eighteen."""

    def __iter__(self) -> Iterator[Any]:
        wards = list(super().__iter__())
        if is_whole_city(len(wards), len(wards)):
            yield WardsField.WHOLE_CITY, _("市内全域")
        yield from wards


class WardsField(forms.ModelMultipleChoiceField[Ward]):
    """Where a group is active: some wards, or the whole city, which is kept as all of them."""

    WHOLE_CITY = "all"
    iterator = WardChoices
    widget = forms.CheckboxSelectMultiple

    def __init__(self, **options: Any) -> None:
        super().__init__(Ward.objects.all(), **options)

    def clean(self, value: Any) -> QuerySet[Ward]:
        return Ward.objects.all() if self.WHOLE_CITY in (value or ()) else super().clean(value)

    def prepare_value(self, value: Any) -> Any:
        """Whoever is active everywhere finds the one tick set, and can go back to some by taking it away."""
        prepared = super().prepare_value(value)
        if isinstance(prepared, list) and is_whole_city(len(prepared), len(all_wards())):
            return [self.WHOLE_CITY]
        return prepared
