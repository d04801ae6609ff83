"""What somebody types to ask: who they are and what about, the question itself, and what goes with the sending."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Group, User
from consultations.actions.files import accept_all
from consultations.actions.intake import ContactDetails, Question
from consultations.forms import extras
from consultations.models import Consultation
from consultations.rules import meetings, subjects
from kyodo import forms
from kyodo.centre.models import ActivityField, Ward
from kyodo.files import DOCUMENTS, DOCUMENTS_IN_WORDS, ENDINGS, Accepted
from kyodo.forms import CHARACTERS_LEFT, MomentField, PhoneField, SeveralFilesField, no_address

Audience = Consultation.Audience
Wish = Consultation.Wish

LONGEST_QUESTION = 3000
WISHES = ("wish_1", "wish_2", "wish_3")
ACCEPT = ",".join((*(ENDINGS[one] for one in DOCUMENTS), ".jpeg"))
CHOOSE_ONE = {"required": _("1つ選んでください。"), "invalid_choice": _("1つ選んでください。")}


class StartForm(forms.Form):
    """The two questions that everything else depends on; members say as well whom they speak for."""

    who = forms.ChoiceField(
        label=_("あなたは"), choices=Audience.choices, widget=forms.RadioSelect, error_messages=CHOOSE_ONE
    )
    group = forms.ChoiceField(
        label=_("どの立場で相談しますか"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("この団体としては相談できません。選び直してください。")},
    )
    what = forms.ChoiceField(
        label=_("どんな相談ですか"),
        choices=Consultation.Kind.choices,
        widget=forms.RadioSelect,
        help_text=_("近いものを1つ。違っていても、担当が読んで考えます。"),
        error_messages=CHOOSE_ONE,
    )

    def __init__(self, *args: Any, groups: Iterable[Group], **options: Any) -> None:
        super().__init__(*args, **options)
        self.groups = {group.number: group for group in groups}
        choices = [("", _("個人として")), *((one.number, one.name) for one in self.groups.values())]
        self.fields["group"].choices = choices  # type: ignore[attr-defined]
        # Nobody's group is asked for where there is none; a number sent all the same is refused.
        if not self.groups:
            self.fields["group"].widget = forms.HiddenInput()

    @property
    def chosen_group(self) -> Group | None:
        return self.groups.get(self.cleaned_data["group"])


class AskForm(forms.Form):
    """The question, the way of the answer, and the contact. Some is asked only of some (consultations.forms.extras)."""

    text = forms.CharField(
        label=_("相談したいこと"),
        max_length=LONGEST_QUESTION,
        widget=forms.Textarea(attrs={"rows": 9, "data-count": CHARACTERS_LEFT}),
        help_text=_("まとまっていなくて大丈夫です。いま困っていること、してみたいことを書いてください。"),
        error_messages={"required": _("相談したいことを、ひとことでも書いてください。")},
    )
    subject = forms.CharField(
        label=_("件名"),
        max_length=100,
        required=False,
        help_text=_("空のままなら、書き出しが件名になります。"),
    )
    fields_of_activity = forms.ModelMultipleChoiceField(
        label=_("活動の分野"),
        queryset=ActivityField.objects.everyday(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("近い団体や窓口をさがすのに使います。いくつでも選べます。"),
    )
    ward = forms.ModelChoiceField(
        label=_("活動する区"),
        queryset=Ward.objects.all(),
        required=False,
        empty_label=_("市全体・まだ決まっていない"),
        help_text=_("近くの窓口をお知らせできます。"),
    )

    wish = forms.ChoiceField(
        label=_("返事の受け取り方"),
        choices=Wish.choices,
        initial=Wish.MAIL,
        widget=forms.RadioSelect,
        error_messages=CHOOSE_ONE,
    )
    wish_1 = MomentField(days_ahead=meetings.DAYS_AHEAD, label=_("第1希望"), required=False)
    wish_2 = MomentField(days_ahead=meetings.DAYS_AHEAD, label=_("第2希望"), required=False)
    wish_3 = MomentField(days_ahead=meetings.DAYS_AHEAD, label=_("第3希望"), required=False)

    name = forms.CharField(
        label=_("お名前"),
        max_length=60,
        validators=[no_address],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    name_kana = forms.KanaField(label=_("ふりがな"), max_length=60, required=False)
    organisation = forms.CharField(
        label=_("団体の名前"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("受付のお知らせと、相談のページを開くコードが届きます。"),
    )
    phone = PhoneField(label=_("電話番号"), required=False, help_text=_("日中につながる番号。"))
    may_mail = forms.BooleanField(label=_("このアドレスにメールを送ってよい"), required=False, initial=True)
    may_phone = forms.BooleanField(label=_("この番号に電話をしてよい"), required=False, initial=True)
    may_leave_message = forms.BooleanField(
        label=_("留守番電話や、電話に出たご家族に伝言してよい"), required=False
    )

    QUESTION: ClassVar = ("text", "subject", "fields_of_activity", "ward")
    CONTACT: ClassVar = ("name", "name_kana", "organisation", "email", "phone")
    SAFETY: ClassVar = ("may_mail", "may_phone", "may_leave_message")

    def __init__(
        self, *args: Any, audience: str, kind: str, group: Group | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.audience, self.kind, self.group = audience, kind, group
        self.fields |= extras.fields_for(kind, audience)
        self.extra_names = [name for name in self.fields if name.startswith(extras.PREFIX)]
        # As the page is read, so that the list of errors goes down the page.
        self.order_fields(["text", *self.extra_names])
        if audience != Audience.CITIZEN:
            organisation = self.fields["organisation"]
            organisation.label = (
                gettext("会社の名前") if audience == Audience.COMPANY else gettext("部署の名前")
            )
            organisation.required = True
            self.fields["may_leave_message"].label = gettext("留守番電話や、電話に出たほかの人に伝言してよい")

    # ── What each part of the page shows ──

    @property
    def extra_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.extra_names]

    @property
    def wish_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in WISHES]

    @property
    def contact_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.CONTACT]

    @property
    def safety_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.SAFETY]

    # ── What was typed ──

    def clean(self) -> None:
        self._check_wishes()
        self._check_reachable()

    def _check_wishes(self) -> None:
        if self.cleaned_data.get("wish") not in Consultation.MEETINGS:
            # Typed before another way was chosen: nobody is bothered about it.
            for name in WISHES:
                self.errors.pop(name, None)
                self.cleaned_data[name] = None
            return
        for name, refused in meetings.refusals(self._wishes()).items():
            self.add_error(name, refused)
        if not self._wishes() and not any(name in self.errors for name in WISHES):
            self.add_error(
                "wish_1", ValidationError(_("会える日時を1つ以上選んでください。"), code="no_wish")
            )

    def _check_reachable(self) -> None:
        typed = self.cleaned_data
        email, phone = typed.get("email"), typed.get("phone")
        if {"email", "phone"} & set(self.errors):
            return
        if not (email or phone):
            self.add_error(
                "email",
                ValidationError(
                    _("メールアドレスか電話番号のどちらかを書いてください。"), code="unreachable"
                ),
            )
        elif typed.get("wish") == Wish.MAIL and not email:
            self.add_error(
                "email",
                ValidationError(_("メールで返事をするためのアドレスを書いてください。"), code="no_email"),
            )
        elif typed.get("wish") == Wish.PHONE and not phone:
            self.add_error(
                "phone", ValidationError(_("電話で返事をするための番号を書いてください。"), code="no_phone")
            )
        elif typed.get("wish") == Wish.MAIL and not typed.get("may_mail"):
            self.add_error("may_mail", ValidationError(_UNSAFE_WISH, code="unsafe"))
        elif typed.get("wish") == Wish.PHONE and not typed.get("may_phone"):
            self.add_error("may_phone", ValidationError(_UNSAFE_WISH, code="unsafe"))
        elif not ((email and typed.get("may_mail")) or (phone and typed.get("may_phone"))):
            self.add_error(
                "may_mail" if email else "may_phone",
                ValidationError(_("連絡してよい方法を1つ以上残してください。"), code="unsafe"),
            )

    def _wishes(self) -> dict[str, datetime]:
        return {name: self.cleaned_data[name] for name in WISHES if self.cleaned_data.get(name)}

    # ── What the action takes ──

    def question(self, accepted: Iterable[Accepted] = ()) -> Question:
        typed = self.cleaned_data
        chosen = typed["fields_of_activity"]
        return Question(
            audience=self.audience,
            kind=self.kind,
            subject=typed["subject"] or subjects.shortened(typed["text"].strip().partition("\n")[0]),
            text=extras.with_answers(typed["text"], self),
            # Django would write a query down before it finds that there is nothing to ask for.
            fields=[] if chosen.query.is_empty() else list(chosen),
            ward=typed["ward"],
            wish=typed["wish"],
            wished_times=list(self._wishes().values()),
            group=self.group,
            accepted=list(accepted),
        )

    def contact(self) -> ContactDetails:
        names = (*self.CONTACT, *self.SAFETY)
        return ContactDetails(**{name: self.cleaned_data[name] for name in names})

    @classmethod
    def known_of(cls, user: User | None, group: Group | None) -> dict[str, Any]:
        """What we know of whoever is signed in, and of the group they speak for."""
        known: dict[str, Any] = {}
        if user is not None:
            known |= {name: getattr(user, name) for name in ("name", "name_kana", "email", "phone")}
        if group is not None:
            wards = list(group.wards.all()[:2])
            known |= {
                "organisation": group.name,
                "fields_of_activity": list(group.fields.all()),
                "ward": wards[0] if len(wards) == 1 else None,
            }
        return known


_UNSAFE_WISH = _("この方法で返事をするには、連絡してよいことにしてください。別の方法も選べます。")


class SendForm(forms.Form):
    """The last page: papers, consent, and what keeps machines out."""

    papers = SeveralFilesField(
        label=_("資料"),
        required=False,
        help_text=format_lazy(
            _("チラシや計画書など、あれば添えてください。{types}で、1つ20MB・5つまで。"),
            types=DOCUMENTS_IN_WORDS,
        ),
    )
    consent_use = forms.BooleanField(
        label=_("上の取り扱いに同意します"),
        error_messages={"required": _("送るには、同意のしるしをつけてください。")},
    )
    consent_referral = forms.BooleanField(
        label=_("ほかの窓口や専門家に伝えてよい"),
        required=False,
        help_text=_(
            "区の市民活動支援センター、専門家、支援機関など。伝える前に、もう一度お聞きします。つけなくても相談できます。"
        ),
    )
    website = forms.CharField(label=_("この欄には何も書かないでください"), required=False, max_length=200)
    """Seen by machines that fill in whatever they find."""
    began = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    form_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["papers"].widget.attrs["accept"] = ACCEPT
        self.fields["website"].widget.attrs |= {"autocomplete": "off", "tabindex": "-1"}
        self.accepted: list[Accepted] = []

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise ValidationError(
                _("「この欄には何も書かないでください」を空にして、もう一度送ってください。"), code="honeypot"
            )
        return ""

    def clean_papers(self) -> Any:
        self.accepted = accept_all(self.cleaned_data["papers"])
        return self.cleaned_data["papers"]


class MessageForm(forms.Form):
    """Something more to say, or papers, on the person's own page."""

    text = forms.CharField(
        label=_("伝えたいこと"),
        max_length=LONGEST_QUESTION,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": CHARACTERS_LEFT}),
    )
    papers = SeveralFilesField(
        label=_("資料"),
        required=False,
        help_text=format_lazy(_("{types}で、1つ20MB・5つまで。"), types=DOCUMENTS_IN_WORDS),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["papers"].widget.attrs["accept"] = ACCEPT
        self.accepted: list[Accepted] = []

    def clean_papers(self) -> Any:
        self.accepted = accept_all(self.cleaned_data["papers"])
        return self.cleaned_data["papers"]

    def clean(self) -> None:
        if not (self.cleaned_data.get("text") or self.accepted or self.errors):
            self.add_error(
                "text", ValidationError(_("伝えたいことを書くか、資料を選んでください。"), code="empty")
            )


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=_("相談のときのメールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class CodeForm(forms.Form):
    code = forms.CodeField(
        label=_("確認コード"),
        help_text=_("メールで届いた6けたの数字"),
        error_messages={"required": _("6けたの数字を入れてください。")},
        validators=[RegexValidator(r"\A[0-9]{6}\Z", _("6けたの数字を入れてください。"), code="invalid")],
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class ReferenceForm(forms.Form):
    reference = forms.CodeField(label=_("受付番号"), max_length=20)
