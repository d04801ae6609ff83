"""How people narrow the directory down."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import text
from kyodo.centre.models import ActivityField, Ward


def _fields() -> list[tuple[str, str]]:
    return list(ActivityField.objects.primer().values_list("code", "short_name"))


def _wards() -> list[tuple[str, str]]:
    return list(Ward.objects.values_list("code", "name"))


class DirectoryFilter(django_filters.FilterSet):  # type: ignore[misc]
    q = django_filters.CharFilter(
        label=_("ことば"),
        method="search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    field = django_filters.ChoiceFilter(
        label=_("活動分野"), field_name="fields__code", choices=_fields, empty_label=_("すべての分野")
    )
    ward = django_filters.ChoiceFilter(
        label=_("活動する区"), field_name="wards__code", choices=_wards, empty_label=_("すべての区")
    )
    kind = django_filters.ChoiceFilter(
        label=_("登録の種類"), choices=Group.Kind.choices, empty_label=_("すべて")
    )

    class Meta:
        model = Group
        fields: list[str] = []

    def search(self, groups: QuerySet[Group], name: str, value: Any) -> QuerySet[Group]:
        asked = text.query(value)
        # Nothing but punctuation: nothing to find.
        return groups.filter(search=asked) if asked else groups.none()
