"""What staff type when they work on an application."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.translation import gettext_lazy as _

from accounts.actions.applications import Finding
from accounts.models import Application, CriterionCheck, User
from accounts.rules import steps
from kyodo import clock, dates, forms
from kyodo.forms import MomentField

OTHER = "other"


class CriteriaForm(forms.Form):
    """The four criteria, saved together: what is written beside one is not lost by pressing the button of another."""

    def __init__(self, *args: Any, checks: Mapping[str, tuple[bool, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in CriterionCheck.Criterion:
            is_met, note = checks.get(criterion, (False, ""))
            self.fields[f"{criterion}_is_met"] = forms.BooleanField(
                label=criterion.label, required=False, initial=is_met
            )
            self.fields[f"{criterion}_note"] = forms.CharField(
                label=_("確認したこと（%(criterion)s）") % {"criterion": criterion.label},
                required=False,
                max_length=1000,
                initial=note,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def rows(self) -> Iterator[tuple[str, BoundField, BoundField]]:
        for criterion in CriterionCheck.Criterion:
            yield criterion.value, self[f"{criterion}_is_met"], self[f"{criterion}_note"]

    def findings(self) -> dict[str, Finding]:
        data = self.cleaned_data
        return {
            criterion.value: Finding(data[f"{criterion}_is_met"], data[f"{criterion}_note"])
            for criterion in CriterionCheck.Criterion
        }


class ApproveForm(forms.Form):
    """Before the hearing, it is asked whether the talk took place."""

    without_hearing = forms.BooleanField(
        label=_("ヒアリングの記録がないまま登録する"),
        help_text=_("窓口や電話で、もう話を聞いたときなどに選びます。"),
        error_messages={"required": _("ヒアリングがまだです。先に登録してよければ、選んでください。")},
    )

    def __init__(self, *args: Any, is_before_hearing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_before_hearing:
            del self.fields["without_hearing"]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("申請した人に伝える理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("このままメールで届きます。次に何をすればよいかを書いてください。"),
    )


class FixHearingForm(forms.Form):
    """One of the wished times, or another that was agreed on the phone."""

    when = forms.ChoiceField(label=_("日時"), widget=forms.RadioSelect)
    other_time = MomentField(days_ahead=steps.HEARING_DAYS_AHEAD, label=_("ほかの日時"), required=False)
    way = forms.ChoiceField(label=_("方法"), choices=Application.HearingWay.choices, widget=forms.RadioSelect)
    place = forms.CharField(
        label=_("場所・接続先・電話番号"),
        max_length=200,
        required=False,
        help_text=_(
            "オンラインは接続先のURL。空なら、センターではセンターの住所、電話では連絡先の番号になります。"
        ),
    )
    staff = forms.ModelChoiceField(label=_("担当"), queryset=User.objects.none())

    def __init__(self, *args: Any, application: Application, by: User, **kwargs: Any) -> None:
        wishes = list(application.hearing_wishes.all())
        choices = [
            (
                str(wish.rank),
                _("第%(rank)s希望：%(when)s") % {"rank": wish.rank, "when": dates.moment(wish.begins_at)},
            )
            for wish in wishes
            if wish.begins_at > clock.now()
        ]
        initial = {
            "when": choices[0][0] if choices and application.hearing_at is None else OTHER,
            "other_time": application.hearing_at,
            "way": application.hearing_way or Application.HearingWay.ON_SITE,
            "place": application.hearing_place,
            "staff": application.hearing_with_id or by.pk,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.wishes = {str(wish.rank): wish.begins_at for wish in wishes}
        self.fields["when"].choices = [*choices, (OTHER, _("ほかの日時"))]  # type: ignore[attr-defined]
        self.fields["staff"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            role__in=User.CENTRE_ROLES, is_active=True
        ).order_by("name_kana", "pk")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("when") == OTHER and not data.get("other_time") and "other_time" not in self.errors:
            self.add_error("other_time", ValidationError(_("日と時刻を選んでください。"), code="required"))
        return data

    @property
    def begins_at(self) -> datetime:
        when: str = self.cleaned_data["when"]
        chosen: datetime = self.cleaned_data["other_time"] if when == OTHER else self.wishes[when]
        return chosen
