"""Setting right what a consultation says of itself, and how to reach the person."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.models import Group, User
from consultations.actions.editing import Facts
from consultations.actions.intake import ContactDetails
from consultations.models import Consultation
from kyodo import forms
from kyodo.centre.models import ActivityField, Ward
from kyodo.forms import DayField, PhoneField


class RemembersWhatWasSeen(forms.Form):
    """Carries along what stood in each field when it was opened: whoever saves late is shown what changed since."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.show_hidden_initial = True


class EditForm(RemembersWhatWasSeen):
    subject = forms.CharField(
        label=_("件名"), max_length=100, error_messages={"required": _("件名を書いてください。")}
    )
    kind = forms.ChoiceField(label=_("相談の種類"), choices=Consultation.Kind.choices)
    audience = forms.ChoiceField(label=_("相談者の区分"), choices=Consultation.Audience.choices)
    wish = forms.ChoiceField(label=_("希望する方法"), choices=Consultation.Wish.choices)
    fields_of_activity = forms.ModelMultipleChoiceField(
        label=_("活動分野"),
        queryset=ActivityField.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ward = forms.ModelChoiceField(
        label=_("区"), queryset=Ward.objects.all(), required=False, empty_label=_("なし")
    )
    group_number = forms.CodeField(
        label=_("登録団体の番号"),
        max_length=16,
        required=False,
        help_text=_("登録団体の相談でなければ、空にします。"),
    )
    next_step = forms.CharField(label=_("次にすること"), max_length=200, required=False)
    follow_up_on = DayField(label=_("様子をたずねる日"), required=False)

    def __init__(self, *args: Any, by: User, has: Group | None = None, **options: Any) -> None:
        """`has`: the group it names now, which stays whoever saves."""
        super().__init__(*args, **options)
        self.by, self.has = by, has
        primer = ActivityField.objects.primer()
        field: Any = self.fields["fields_of_activity"]
        field.queryset = primer if primer.exists() else ActivityField.objects.all()

    def clean_group_number(self) -> Group | None:
        number = str(self.cleaned_data["group_number"]).strip()
        if not number:
            return None
        if self.has and self.has.number and self.has.number.lower() == number.lower():
            return self.has
        # A ward centre finds those that the public directory shows.
        known = Group.objects.visible_to(self.by) if self.by.is_staff else Group.objects.listed()
        found = known.filter(number__iexact=number).first()
        if found is None:
            raise ValidationError(_now("この番号の登録団体は見つかりません。"), code="group")
        return found

    @property
    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(
            subject=data["subject"],
            kind=data["kind"],
            audience=data["audience"],
            wish=data["wish"],
            fields=list(data["fields_of_activity"]),
            ward=data["ward"],
            group=data["group_number"],
            next_step=data["next_step"],
            follow_up_on=data["follow_up_on"],
        )

    @staticmethod
    def initial_from(consultation: Consultation) -> dict[str, Any]:
        return {
            "subject": consultation.subject,
            "kind": consultation.kind,
            "audience": consultation.audience,
            "wish": consultation.wish,
            "fields_of_activity": list(consultation.fields.values_list("pk", flat=True)),
            "ward": consultation.ward_id,
            "group_number": consultation.group.number if consultation.group else "",
            "next_step": consultation.next_step,
            "follow_up_on": consultation.follow_up_on,
        }


class ContactForm(RemembersWhatWasSeen):
    name = forms.CharField(label=_("お名前"), max_length=60, required=False)
    name_kana = forms.KanaField(label=_("ふりがな"), max_length=60, required=False)
    organisation = forms.CharField(label=_("団体・会社・部署の名前"), max_length=100, required=False)
    email = forms.EmailField(label=_("メールアドレス"), required=False)
    phone = PhoneField(label=_("電話番号"), required=False)
    may_phone = forms.BooleanField(label=_("電話をしてよい"), required=False)
    may_mail = forms.BooleanField(label=_("メールを送ってよい"), required=False)
    may_leave_message = forms.BooleanField(
        label=_("留守番電話や、電話に出た人に伝言してよい"), required=False
    )

    @property
    def details(self) -> ContactDetails:
        return ContactDetails(**self.cleaned_data)

    @staticmethod
    def initial_from(consultation: Consultation) -> dict[str, Any]:
        return {name: getattr(consultation.contact, name) for name in ContactForm.base_fields}
