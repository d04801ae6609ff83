"""How people narrow the directory down."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters.filters import CharFilter, ChoiceFilter
from django_filters.filterset import FilterSet

from accounts.models import Group
from kyodo import forms, text
from kyodo.centre.models import ActivityField
from kyodo.centre.queries import all_fields, all_wards


class WordsFilter(CharFilter):
    field_class = forms.CharField


class DirectoryFilter(FilterSet):
    q = WordsFilter(
        label=_("ことば"),
        method="search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    field = ChoiceFilter(label=_("活動分野"), field_name="fields__code", empty_label=_("すべての分野"))
    ward = ChoiceFilter(label=_("活動する区"), field_name="wards__code", empty_label=_("すべての区"))
    kind = ChoiceFilter(label=_("登録の種類"), choices=Group.Kind.choices, empty_label=_("すべて"))

    class Meta:
        model = Group
        fields: list[str] = []

    def __init__(self, data: QueryDict, queryset: QuerySet[Group]) -> None:
        super().__init__(data, queryset=queryset)  # type: ignore[no-untyped-call]
        # Read once a page: for the choices here, and for the names in the list.
        self.field_rows, self.ward_rows = all_fields(), all_wards()
        primer = ActivityField.Kind.PRIMER
        self.field_choices = [(row.code, row.short_name) for row in self.field_rows if row.kind == primer]
        self.ward_choices = [(row.code, row.name) for row in self.ward_rows]
        self.kind_choices = Group.Kind.choices
        self.filters["field"].extra["choices"] = self.field_choices
        self.filters["ward"].extra["choices"] = self.ward_choices

    @property
    def field_names(self) -> dict[int, str]:
        return {row.pk: row.short_name for row in self.field_rows}

    @property
    def ward_names(self) -> dict[int, str]:
        return {row.pk: row.name for row in self.ward_rows}

    def search(self, groups: QuerySet[Group], name: str, value: Any) -> QuerySet[Group]:
        asked = text.query(value)
        # Nothing but punctuation: nothing to find.
        return groups.filter(search=asked) if asked else groups.none()
