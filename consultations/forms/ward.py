"""What a ward centre's officer types at the desk."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.actions.intake import Answered, ContactDetails, Question, Record
from consultations.forms.staff.steps import OUTCOMES
from consultations.models import Consultation, Entry
from kyodo import clock
from kyodo.forms import CHARACTERS_LEFT, DayField, PhoneField

Channel = Consultation.Channel
NEXT = [
    ("take", _("自分が担当して続ける")),
    ("wait", _("担当はあとで決める")),
    ("done", _("この場で終わった")),
]


class ReplyForm(forms.Form):
    message = forms.CharField(
        label=_("相談者へ送る文"),
        max_length=Entry.LONGEST,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("次の画面で、送られるメールをそのまま見てから送ります。"),
        error_messages={"required": _("内容を書いてください。")},
    )
    waits_for_answer = forms.BooleanField(label=_("送ったら、相談者の返事を待つ"), required=False)


class LogForm(forms.Form):
    """What somebody asked at the ward centre: who, what, what was said, what comes next."""

    channel = forms.ChoiceField(
        label=_("受け付けた方法"),
        choices=[one for one in Channel.choices if one[0] != Channel.WEB],
        initial=Channel.VISIT,
    )
    on = DayField(label=_("受け付けた日"), required=False, help_text=_("空なら、いま"))
    at = forms.TimeField(
        label=_("時刻"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("時刻を 13:30 のように書いてください。")},
    )
    audience = forms.ChoiceField(label=_("相談者の区分"), choices=Consultation.Audience.choices)
    kind = forms.ChoiceField(label=_("相談の種類"), choices=Consultation.Kind.choices)
    text = forms.CharField(
        label=_("相談の内容"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "data-count": CHARACTERS_LEFT}),
        error_messages={"required": _("相談の内容を書いてください。")},
    )
    note = forms.CharField(
        label=_("伝えたこと・話したこと"),
        max_length=Entry.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    name = forms.CharField(label=_("お名前"), max_length=60, required=False)
    organisation = forms.CharField(label=_("団体・会社・部署の名前"), max_length=100, required=False)
    phone = PhoneField(label=_("電話番号"), required=False)
    email = forms.EmailField(
        label=_("メールアドレス"),
        required=False,
        error_messages={"invalid": _("メールアドレスの形を確かめてください。")},
    )
    consents_to_referral = forms.BooleanField(
        label=_("センターなどへの紹介に、本人が同意した"), required=False
    )
    follow = forms.ChoiceField(label=_("これから"), choices=NEXT, widget=forms.RadioSelect, initial="take")
    next_step = forms.CharField(label=_("次にすること"), max_length=200, required=False)
    outcome = forms.ChoiceField(
        label=_("結果"),
        choices=[("", _("選んでください")), *OUTCOMES],
        required=False,
        help_text=_("この場で終わったときだけ。"),
    )
    outcome_text = forms.CharField(
        label=_("結果の説明"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("follow") == "done":
            if not data.get("outcome"):
                self.add_error("outcome", _("結果を選んでください。"))
            if not data.get("outcome_text", "").strip():
                self.add_error("outcome_text", _("結果を文で書いてください。"))
        return data

    @property
    def happened_at(self) -> datetime | None:
        day, at = self.cleaned_data["on"], self.cleaned_data["at"]
        if at is None and day in (None, clock.today()):
            return None
        return clock.at(day or clock.today(), at or time(12))

    @property
    def question(self) -> Question:
        data = self.cleaned_data
        wish = Consultation.Wish.MAIL if data["email"] else Consultation.Wish.PHONE
        return Question(
            audience=data["audience"], kind=data["kind"], subject="", text=data["text"], wish=wish
        )

    @property
    def contact(self) -> ContactDetails:
        given = ("name", "organisation", "phone", "email")
        return ContactDetails(**{name: self.cleaned_data[name] for name in given})

    @property
    def record(self) -> Record:
        data = self.cleaned_data
        is_done = data["follow"] == "done"
        return Record(
            channel=data["channel"],
            happened_at=self.happened_at,
            note=data["note"],
            next_step=data["next_step"],
            takes_it=data["follow"] == "take",
            answered=Answered(data["outcome"], data["outcome_text"]) if is_done else None,
        )
