"""What the two ends of a referral type: an answer, a time, what became of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consultations.forms.consent import ConsentForm
from consultations.models import Consultation, Referral
from consultations.queries.receivers import TYPED
from kyodo import dates, forms
from kyodo.forms import CHARACTERS_LEFT, MomentField

DAYS_AHEAD = 90
ANOTHER = "another"


def words(label: Any, *, required: bool = True, rows: int = 4, help_text: Any = "") -> forms.CharField:
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


class AssigneeForm(forms.Form):
    """Who of the office that took it on sees to it."""

    to = forms.ModelChoiceField(
        label=_("担当"),
        queryset=User.objects.none(),
        empty_label=None,
        error_messages={"required": _("担当にする人を選んでください。")},
    )

    def __init__(self, *args: Any, colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        among = User.objects.filter(pk__in=[one.pk for one in colleagues])
        field.queryset = among.order_by("name_kana", "pk")


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


class SendForm(ConsentForm):
    """Refer, ask to take over, or ask to join. Which receivers and which consent are offered depends on who asks."""

    # The wished times last: most ask for no joint session.
    field_order = (
        "kind",
        "receiver",
        "name",
        "email",
        "summary",
        "consented",
        "consent_text",
        "consented_on",
        "reason",
    )

    kind = forms.ChoiceField(
        label=_("お願いすること"),
        widget=forms.RadioSelect,
        choices=[
            (Referral.Kind.REFER, _("紹介：引き受けてもらい、結果を教えてもらう。受け持ちは変わらない")),
            (Referral.Kind.TRANSFER, _("引き継ぎ：受け持ちを移す")),
            (Referral.Kind.JOIN, _("同席のお願い：話すときに来てもらう")),
        ],
        error_messages={"required": _("お願いすることを選んでください。")},
    )
    receiver = forms.ChoiceField(
        label=_("送り先"), error_messages={"required": _("送り先を選んでください。")}
    )
    name = forms.CharField(label=_("機関の名前"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("機関のメールアドレス"),
        required=False,
        help_text=_("名簿の機関を選んだときは、空なら名簿のアドレスに送ります。"),
        error_messages={"invalid": _("メールアドレスの形を確かめてください。")},
    )
    summary = forms.CharField(
        label=_("要約"),
        max_length=Referral.LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": CHARACTERS_LEFT}),
        help_text=_(
            "相手が引き受ける前に読むのは、これだけです。名前・連絡先・だれのことか分かる事情は書かないでください。"
        ),
        error_messages={"required": _("要約を書いてください。名前と連絡先は書きません。")},
    )
    wish1 = MomentField(label=_("同席の希望日時（第1希望）"), required=False, days_ahead=DAYS_AHEAD)
    wish2 = MomentField(label=_("同席の希望日時（第2希望）"), required=False, days_ahead=DAYS_AHEAD)
    wish3 = MomentField(label=_("同席の希望日時（第3希望）"), required=False, days_ahead=DAYS_AHEAD)

    def __init__(
        self,
        *args: Any,
        receivers: Sequence[tuple[str, Any]],
        asks_organisations: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        receiver = self.fields["receiver"]
        assert isinstance(receiver, forms.ChoiceField)  # noqa: S101
        receiver.choices = [("", _("選んでください")), *receivers]
        self.fields["consent_text"].help_text = _("例：送り先へ、相談の内容と連絡先を伝えること")
        if not asks_organisations:
            del self.fields["name"]
            del self.fields["email"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("receiver") == TYPED and "name" not in self.errors and not data.get("name", "").strip():
            self.add_error("name", _t("機関の名前を書いてください。"))
        if data.get("kind") != Referral.Kind.JOIN and self._wishes(data):
            self.add_error("wish1", _t("希望日時は、同席のお願いのときだけ入れます。"))
        return data

    @property
    def wished_times(self) -> list[datetime]:
        return self._wishes(self.cleaned_data)

    @staticmethod
    def _wishes(data: dict[str, Any]) -> list[datetime]:
        return [data[name] for name in ("wish1", "wish2", "wish3") if data.get(name)]
