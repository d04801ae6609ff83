"""Free times of a specialist, many at once."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from consultations.rules.slots import MOST_MONTHS, Pattern, Planned, plan
from kyodo import clock, forms
from kyodo.forms import DayField

WEEKDAYS = [
    (0, _("月曜")),
    (1, _("火曜")),
    (2, _("水曜")),
    (3, _("木曜")),
    (4, _("金曜")),
    (5, _("土曜")),
    (6, _("日曜")),
]


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M")
    )


class SlotsForm(forms.Form):
    """毎月第2火曜 14:00-16:00, for the next three months."""

    pattern = forms.ChoiceField(label=_("くり返し"), choices=Pattern.choices, initial=Pattern.SECOND)
    weekday = forms.TypedChoiceField(label=_("曜日"), choices=WEEKDAYS, coerce=int, initial=1)
    begins = _time(_("開始"))
    ends = _time(_("終了"))
    first = DayField(label=_("この日から"))
    months = forms.TypedChoiceField(
        label=_("期間"),
        choices=[(count, _("%(count)sか月") % {"count": count}) for count in range(1, MOST_MONTHS + 1)],
        coerce=int,
        initial=3,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial.setdefault("first", clock.today())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("begins") and data.get("ends") and data["ends"] <= data["begins"]:
            self.add_error("ends", ValidationError(_t("終了は開始より後にしてください。"), code="time_order"))
        if data.get("first") and data["first"] < clock.today():
            self.add_error("first", ValidationError(_t("今日か、これからの日にしてください。"), code="past"))
        return data

    @property
    def planned(self) -> list[Planned]:
        return plan(**self.cleaned_data)
