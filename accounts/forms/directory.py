"""How people narrow the directory down."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters.filters import CharFilter, ChoiceFilter
from django_filters.filterset import FilterSet

from accounts.models import Group
from kyodo import text
from kyodo.centre.models import ActivityField, Ward


class DirectoryFilter(FilterSet):
    q = CharFilter(
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
        # Read once a page: a callable would be asked again for each use.
        fields = ActivityField.objects.primer().values_list("code", "short_name")
        self.filters["field"].extra["choices"] = list(fields)
        self.filters["ward"].extra["choices"] = list(Ward.objects.values_list("code", "name"))

    def search(self, groups: QuerySet[Group], name: str, value: Any) -> QuerySet[Group]:
        asked = text.query(value)
        # Nothing but punctuation: nothing to find.
        return groups.filter(search=asked) if asked else groups.none()
