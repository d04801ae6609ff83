"""What a person types to enter a draw."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import partial
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.queries.groups import bookable_groups
from kyodo import clock, dates, forms
from kyodo.forms import DayField
from spaces.forms.bookings import RefusableForm
from spaces.forms.fields import (
    ClockField,
    GroupChoiceField,
    GroupNumberField,
    RemarksField,
    SupportedByField,
    UseField,
)
from spaces.models import LotteryRound
from spaces.queries.facts import blocking_rounds
from spaces.queries.lottery import Choices

INVALID_DAY = {"invalid_choice": _("抽選の対象の日から選んでください。")}


class EntryForm(RefusableForm):
    """Entry to a draw (抽選の申込)."""

    group = GroupChoiceField(
        label=_("団体"),
        error_messages={"invalid_choice": _("申し込める団体を選んでください。")},
    )
    date = forms.TypedChoiceField(label=_("日にち"), coerce=date.fromisoformat, error_messages=INVALID_DAY)
    begins = ClockField(label=_("始まり"))
    ends = ClockField(label=_("終わり"))
    people = forms.IntegerField(
        label=_("人数"), min_value=1, max_value=999, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    purpose = forms.CharField(
        label=_("利用の目的"),
        max_length=200,
        help_text=_("例：発表会の準備。センターの職員だけが見ます。"),
    )
    use = UseField()
    supported_by = SupportedByField()
    remarks = RemarksField()

    def __init__(
        self, *args: Any, lottery: LotteryRound, choices: Choices, user: User, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        if user.is_staff:
            self.fields["group"] = GroupNumberField(label=_("団体の登録番号"))
        else:
            cast(GroupChoiceField, self.fields["group"]).offer(bookable_groups(user).defer("search"))
        if lottery.space.allows_events:
            cast(UseField, self.fields["use"]).ask(True)
        else:
            del self.fields["use"], self.fields["supported_by"]
        days = [("", _("選んでください"))] + [(day.isoformat(), dates.day(day)) for day in choices.days]
        cast(forms.TypedChoiceField, self.fields["date"]).choices = days
        for name, times in (("begins", choices.begins), ("ends", choices.ends)):
            field = cast(ClockField, self.fields[name])
            field.offer(partial(_written, times), kept=str(self[name].value() or ""))
        self.fields["people"].help_text = _("%(least)d人から%(most)d人で使えます。") % {
            "least": lottery.space.people_min,
            "most": lottery.space.people_max,
        }

    @property
    def wish(self) -> Mapping[str, Any]:
        """What the action takes."""
        typed = self.cleaned_data
        return {
            "group": typed["group"],
            "begins_at": self._moment("begins"),
            "ends_at": self._moment("ends"),
            "people": typed["people"],
            "purpose": typed["purpose"],
            "use": typed.get("use", ""),
            "supported_by": typed.get("supported_by", ""),
            "remarks": typed["remarks"],
        }

    def _moment(self, name: str) -> datetime:
        day, clock_time = cast(date, self.cleaned_data["date"]), cast(time, self.cleaned_data[name])
        return clock.at(day, clock_time)


class MomentInput(forms.DateTimeInput):
    """One box with the browser's own calendar and clock, and one label that names it."""

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})


class RoundForm(forms.ModelForm[LotteryRound]):
    """A draw as staff announce it (抽選の開催)."""

    first_date = DayField(label=_("対象の最初の日"))
    last_date = DayField(label=_("対象の最後の日"))
    entries_from = forms.DateTimeField(label=_("申込開始"), widget=MomentInput)
    entries_until = forms.DateTimeField(label=_("申込締切"), widget=MomentInput)
    draw_at = forms.DateTimeField(label=_("抽選の日時"), widget=MomentInput)
    claim_until = forms.DateTimeField(label=_("当選の確認期限"), widget=MomentInput)

    class Meta:
        model = LotteryRound
        fields = (
            "name",
            "space",
            "first_date",
            "last_date",
            "entries_from",
            "entries_until",
            "draw_at",
            "claim_until",
            "entries_per_group",
        )

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        first, last = typed.get("first_date"), typed.get("last_date")
        if first and typed.get("claim_until") and typed["claim_until"] > clock.day_begins(first):
            self.add_error("claim_until", _("当選の確認期限は、対象の最初の日より前にしてください。"))
        if typed.get("space") and first and last and first <= last:
            others = [
                one for one in blocking_rounds(typed["space"], first, last) if one.pk != self.instance.pk
            ]
            if others:
                self.add_error(
                    "first_date", _("同じ日の抽選「%(name)s」と重なります。") % {"name": others[0].name}
                )
        return typed


def _written(times: Iterable[time]) -> list[str]:
    return [f"{one:%H:%M}" for one in times]
