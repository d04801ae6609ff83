"""What the use statistics are asked for."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kyodo import clock, dates
from kyodo.forms import DayField
from kyodo.periods import Period
from spaces.models import Space
from spaces.queries import statistics

MOST_DAYS = 366


def _months() -> list[tuple[str, Any]]:
    begins = clock.FISCAL_YEAR_BEGINS
    order = [*range(begins, 13), *range(1, begins)]
    return [("", _("年度全体")), *((str(month), f"{month}月") for month in order)]


class PeriodForm(forms.Form):
    """A fiscal year, one of its months, or from one day to another, which wins over the year; of all spaces or one."""

    year = forms.TypedChoiceField(label=_("年度"), coerce=int, required=False, empty_value=None)
    month = forms.TypedChoiceField(
        label=_("月"), coerce=int, choices=_months, required=False, empty_value=None
    )
    first = DayField(label=_("この日から"), required=False)
    last = DayField(label=_("この日まで"), required=False)
    space = forms.ModelChoiceField(
        label=_("場所"),
        queryset=Space.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label=_("すべて"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = self.fields["year"]
        assert isinstance(year, forms.TypedChoiceField)  # noqa: S101
        year.choices = [(value, dates.fiscal_year(value)) for value in statistics.fiscal_years()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if self.errors:
            return data
        if (first is None) != (last is None):
            missing = "last" if first else "first"
            self.add_error(missing, ValidationError(_("始まりと終わりの両方を選んでください。"), code="both"))
        elif first and last and last < first:
            self.add_error("last", ValidationError(_("始まりより後の日にしてください。"), code="order"))
        elif first and last and Period(first, last).days > MOST_DAYS:
            self.add_error("last", ValidationError(_("1年より長い期間は出せません。"), code="too_long"))
        return data

    @property
    def period(self) -> Period:
        """What was asked for; this fiscal year where nothing was, or nothing that can be."""
        data = self.cleaned_data if self.is_valid() else {}
        if data.get("first"):
            return Period(data["first"], data["last"])
        year = data.get("year") or clock.fiscal_year(clock.today())
        return Period.of_month(year, data["month"]) if data.get("month") else Period.of_fiscal_year(year)

    @property
    def chosen_space(self) -> Space | None:
        space: Space | None = self.cleaned_data["space"] if self.is_valid() else None
        return space
