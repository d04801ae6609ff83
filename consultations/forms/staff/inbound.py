"""What staff say about a mail that no address could place."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from consultations.actions.intake import ContactDetails, Question
from consultations.models import Consultation, InboundMail
from kyodo import forms, references
from kyodo.centre.models import Ward
from kyodo.forms import CHARACTERS_LEFT, PhoneField

MOST_WORDS = 4000


class SeenForm(forms.Form):
    """With the state that the page showed: of two people at once the second is told so."""

    seen = forms.ChoiceField(choices=InboundMail.State.choices, widget=forms.HiddenInput)


class PlaceForm(SeenForm):
    reference = forms.CodeField(
        label=_("受付番号"),
        max_length=40,
        help_text=_("例：K7M2P9XA"),
        error_messages={"required": _("受付番号を書いてください。")},
    )

    def clean_reference(self) -> str:
        return references.normalise(self.cleaned_data["reference"])


class IgnoreForm(SeenForm):
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        help_text=_("例：広告、あて先のまちがい"),
        error_messages={"required": _("理由を書いてください。")},
    )


class StartForm(SeenForm):
    """A consultation out of the mail; what the mail says is filled in."""

    audience = forms.ChoiceField(label=_("相談者の区分"), choices=Consultation.Audience.choices)
    kind = forms.ChoiceField(
        label=_("相談の種類"),
        choices=[("", _("選んでください")), *Consultation.Kind.choices],
        error_messages={"required": _("相談の種類を選んでください。")},
    )
    subject = forms.CharField(label=_("件名"), max_length=100, required=False)
    text = forms.CharField(
        label=_("内容"),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 8, "data-count": CHARACTERS_LEFT}),
        error_messages={"required": _("内容を書いてください。")},
    )
    ward = forms.ModelChoiceField(
        label=_("区"), queryset=Ward.objects.all(), required=False, empty_label=_("選ばない")
    )
    name = forms.CharField(label=_("お名前"), max_length=60, required=False)
    organisation = forms.CharField(label=_("団体・会社・部署の名前"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("メールアドレス"), error_messages={"required": _("メールアドレスを書いてください。")}
    )
    phone = PhoneField(label=_("電話番号"), required=False)
    takes_it = forms.BooleanField(label=_("自分が担当する"), required=False)
    tells_person = forms.BooleanField(
        label=_("受け付けたことを、上のメールアドレスへ知らせる"), required=False, initial=True
    )

    def question(self) -> Question:
        data: dict[str, Any] = self.cleaned_data
        return Question(
            audience=data["audience"],
            kind=data["kind"],
            subject=data["subject"],
            text=data["text"],
            ward=data["ward"],
        )

    def contact(self) -> ContactDetails:
        data: dict[str, Any] = self.cleaned_data
        return ContactDetails(
            name=data["name"], organisation=data["organisation"], email=data["email"], phone=data["phone"]
        )
