"""The form in which an office writes down what came by phone, visit, fax, letter or mail: under a minute, by keyboard.

The same form adds a talk to a consultation that is there already (`into`): then who asks is known, and only what was
said and what comes next is asked.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Group, User
from consultations.actions.intake import Answered, ContactDetails, Question, Record
from consultations.models import Consultation
from consultations.queries.known import groups_to_name
from consultations.rules import deadlines
from kyodo import clock, forms
from kyodo.centre.models import ActivityField, Ward
from kyodo.forms import DayField, PhoneField

Channel = Consultation.Channel
# What staff write down; what is asked on the web comes by itself.
CHANNELS = [choice for choice in Channel.choices if choice[0] != Channel.WEB]
# An outcome of a question answered at once; the others are written by steps of their own.
OUTCOMES = [
    choice
    for choice in Consultation.Outcome.choices
    if choice[0] not in (Consultation.Outcome.WITHDRAWN, Consultation.Outcome.DUPLICATE)
]
ONLY_FOR_NEW = (
    "name",
    "name_kana",
    "organisation",
    "phone",
    "email",
    "may_phone",
    "may_mail",
    "may_leave_message",
    "group",
    "audience",
    "kind",
    "ward",
    "fields_",
    "subject",
    "note",
    "result",
    "outcome",
    "consents_to_referral",
    "tells_person",
)
OLDEST = timedelta(days=366)


class Result(TextChoices):
    """How a call ends."""

    DONE = "done", gettext_lazy("この場で答えて完了")
    TAKE = "take", gettext_lazy("自分が担当する")
    PLAN = "plan", gettext_lazy("自分が担当し、次にすることと日を決める")
    SHARE = "share", gettext_lazy("共通の受付に置く（担当はあとで決める）")


class LogForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("お名前"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-known": True}),
    )
    name_kana = forms.KanaField(
        label=gettext_lazy("ふりがな"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = PhoneField(
        label=gettext_lazy("電話番号"),
        required=False,
        widget=forms.TextInput(
            attrs={"type": "tel", "inputmode": "tel", "autocomplete": "off", "data-known": True}
        ),
    )
    email = forms.EmailField(
        label=gettext_lazy("メールアドレス"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "data-known": True}),
    )
    organisation = forms.CharField(
        label=gettext_lazy("団体・会社・部署の名前"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    group = forms.ModelChoiceField(
        label=gettext_lazy("登録団体"),
        queryset=Group.objects.none(),
        required=False,
        widget=forms.HiddenInput,
    )
    may_phone = forms.BooleanField(label=gettext_lazy("電話をしてよい"), required=False, initial=True)
    may_mail = forms.BooleanField(label=gettext_lazy("メールを送ってよい"), required=False, initial=True)
    may_leave_message = forms.BooleanField(
        label=gettext_lazy("留守番電話や、電話に出た人に伝言してよい"), required=False
    )

    channel = forms.ChoiceField(
        label=gettext_lazy("方法"), choices=CHANNELS, widget=forms.RadioSelect, initial=Channel.PHONE
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("相談者"),
        choices=Consultation.Audience.choices,
        widget=forms.RadioSelect,
        initial=Consultation.Audience.CITIZEN,
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("相談の種類"),
        choices=[("", "－"), *Consultation.Kind.choices],
        error_messages={"required": gettext_lazy("近いものを1つ選んでください。")},
    )
    ward = forms.ModelChoiceField(
        label=gettext_lazy("区"), queryset=Ward.objects.all(), required=False, empty_label="－"
    )
    subject = forms.CharField(
        label=gettext_lazy("件名"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("空にすると、内容のはじめの言葉が件名になります。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=gettext_lazy("相談の内容"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("聞いたことを、ひとことでも書いてください。")},
    )
    note = forms.CharField(
        label=gettext_lazy("こちらから伝えたこと"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    result = forms.ChoiceField(
        label=gettext_lazy("だれがどうするか"),
        choices=Result.choices,
        widget=forms.RadioSelect,
        initial=Result.TAKE,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("完了の結果"),
        choices=OUTCOMES,
        required=False,
        initial=Consultation.Outcome.ANSWERED,
    )
    next_step = forms.CharField(
        label=gettext_lazy("次にすること"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    follow_up_on = DayField(
        label=gettext_lazy("する日・様子をたずねる日"),
        required=False,
        help_text=gettext_lazy("この日になると、担当の画面に出ます。"),
    )
    consents_to_referral = forms.BooleanField(
        label=gettext_lazy("必要なとき、区のセンターや専門家などへ紹介してよいと聞いた"), required=False
    )
    tells_person = forms.BooleanField(
        label=gettext_lazy("相談者に、受付番号のお知らせをメールで送る"),
        required=False,
        help_text=gettext_lazy(
            "上のメールアドレスに、受付番号とこれからの流れを送ります。相談の内容は書きません。"
        ),
    )

    happened_at = forms.DateTimeField(
        label=gettext_lazy("受けた日時"),
        initial=clock.now,
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"invalid": gettext_lazy("日時を 2026-11-20 13:00 のように書いてください。")},
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("かかった時間（分）"), min_value=0, max_value=999, required=False
    )
    is_reached = forms.BooleanField(label=gettext_lazy("相手と話せた"), required=False, initial=True)
    fields_ = forms.ModelMultipleChoiceField(
        label=gettext_lazy("活動分野"),
        queryset=ActivityField.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, data: QueryDict | None = None, *, by: User, into: bool = False, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.into = into
        if into:
            for name in ONLY_FOR_NEW:
                del self.fields[name]
            self.fields["text"].label = _("話したこと")
            return
        del self.fields["is_reached"]
        group = self.fields["group"]
        assert isinstance(group, forms.ModelChoiceField)  # noqa: S101
        group.queryset = groups_to_name(by)

    @classmethod
    def as_typed(cls, data: QueryDict, *, by: User, into: bool, filled: Mapping[str, Any]) -> "LogForm":
        """What was typed, and what was filled in beside it; asked for nothing yet, so nothing is refused."""
        form = cls(by=by, into=into)
        for name, field in form.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField):
                form.initial[name] = data.getlist(name)
            elif isinstance(field, forms.BooleanField):
                form.initial[name] = name in data
            else:
                form.initial[name] = data.get(name, "")
        form.initial.update(filled)
        return form

    def go_on_writing(self) -> None:
        """Who asks is known: the keyboard goes on where the page asks for what they want."""
        self.fields["text" if self.into else "kind"].widget.attrs["autofocus"] = True

    def clean_happened_at(self) -> Any:
        moment = self.cleaned_data["happened_at"]
        if moment > clock.now():
            raise ValidationError(_("これからの日時は、記録できません。"), code="future")
        if moment < clock.now() - OLDEST:
            raise ValidationError(_("1年より前の日時は、記録できません。"), code="too_old")
        return moment

    def clean_follow_up_on(self) -> Any:
        day = self.cleaned_data["follow_up_on"]
        deadlines.check_follow_up(day)
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        result = data.get("result")
        if result == Result.DONE and not data.get("note", "").strip():
            self.add_error("note", _("完了にするときは、伝えたことを書いてください。"))
        if result == Result.DONE and data.get("next_step"):
            self.add_error(
                "next_step",
                _(
                    "完了にすると、次にすることは残りません。空にするか、「だれがどうするか」を選びなおしてください。"
                ),
            )
        if result == Result.PLAN:
            for name in ("next_step", "follow_up_on"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("次にすることと日を書いてください。"))
        if data.get("tells_person") and not (data.get("email") and data.get("may_mail")):
            self.add_error(
                "tells_person",
                _("メールを送るには、メールアドレスを書き、「メールを送ってよい」を選んでください。"),
            )
        return data

    # ── What the actions take, in their words ────────────────────────────────────────────────────────────────────

    @property
    def question(self) -> Question:
        data = self.cleaned_data
        return Question(
            audience=data["audience"],
            kind=data["kind"],
            subject=data["subject"],
            text=data["text"],
            fields=list(data["fields_"]),
            ward=data["ward"],
            wish=Consultation.Wish.MAIL if data["email"] else Consultation.Wish.PHONE,
            group=data["group"],
        )

    @property
    def contact(self) -> ContactDetails:
        names = ("name", "name_kana", "organisation", "email", "phone")
        rights = ("may_phone", "may_mail", "may_leave_message")
        return ContactDetails(**{name: self.cleaned_data[name] for name in (*names, *rights)})

    @property
    def record(self) -> Record:
        data = self.cleaned_data
        is_done = data["result"] == Result.DONE
        return Record(
            channel=data["channel"],
            happened_at=data["happened_at"],
            note=data["note"],
            minutes=data["minutes"],
            next_step=data["next_step"],
            follow_up_on=data["follow_up_on"],
            takes_it=data["result"] != Result.SHARE,
            answered=Answered(data["outcome"] or Consultation.Outcome.ANSWERED, data["note"])
            if is_done
            else None,
        )

    @property
    def talk(self) -> dict[str, Any]:
        """What actions.entries.log_talk takes."""
        data = self.cleaned_data
        names = ("channel", "is_reached", "happened_at", "minutes", "next_step", "follow_up_on")
        return {"note": data["text"]} | {name: data[name] for name in names}
