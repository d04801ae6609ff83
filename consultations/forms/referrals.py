"""What the two ends of a referral type: an answer, a time, what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Referral
from kyodo import dates
from kyodo.forms import MomentField

DAYS_AHEAD = 90
ANOTHER = "another"


def words(label: str, *, required: bool = True, rows: int = 4, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=Referral.LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class AcceptForm(forms.Form):
    answer = words(
        _("ひとこと"), required=False, rows=3, help_text=_("送った窓口が読みます。空のままでもかまいません。")
    )


class MeetingForm(forms.Form):
    """One of the wished times, or another one."""

    chosen = forms.ChoiceField(label=_("同席の日時"), widget=forms.RadioSelect)
    another = MomentField(
        label=_("ほかの日時"),
        required=False,
        days_ahead=DAYS_AHEAD,
        help_text=_("電話などで決めたときに入れます。"),
    )

    def __init__(self, *args: Any, wished_times: Sequence[datetime] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(moment.isoformat(), dates.moment(moment)) for moment in wished_times]
        self.fields["chosen"] = forms.ChoiceField(
            label=_("同席の日時"),
            choices=[*choices, (ANOTHER, _t("ほかの日時にする"))],
            widget=forms.RadioSelect,
            error_messages={"required": _t("日時を選んでください。")},
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("chosen") == ANOTHER and "another" in data and data["another"] is None:
            self.add_error("another", ValidationError(_t("日時を入れてください。"), code="required"))
        return data

    @property
    def meets_at(self) -> datetime | None:
        chosen = self.cleaned_data["chosen"]
        moment: datetime | None = (
            self.cleaned_data["another"] if chosen == ANOTHER else parse_datetime(chosen)
        )
        return moment


class AcceptJointForm(MeetingForm, AcceptForm):
    field_order = ("chosen", "another", "answer")


class DeclineForm(forms.Form):
    reason = words(
        _("引き受けられない理由"),
        rows=3,
        help_text=_("送った窓口が読みます。相談者の名前は書かないでください。"),
    )


class FinishForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("結果"), choices=[("", _("選んでください")), *Consultation.Outcome.choices]
    )
    outcome_text = words(
        _("その後のようす"),
        help_text=_("送った窓口が、これからも読めます。相談者の名前と連絡先は書かないでください。"),
    )
