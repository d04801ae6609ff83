"""What a group's people type about it."""

from django.utils.translation import gettext_lazy as _

from accounts.actions.members import INVITABLE_ROLES, Contact
from accounts.models import Group, Membership
from kyodo import forms
from kyodo.forms import CHARACTERS_LEFT, PhoneField

ROLE_CHOICES = [(role.value, role.label) for role in INVITABLE_ROLES]


class InvitationForm(forms.Form):
    email = forms.EmailField(
        label=_("招待する人のメールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("役割"),
        choices=ROLE_CHOICES,
        widget=forms.RadioSelect,
        initial=Membership.Role.MEMBER,
        help_text=_("予約担当は、団体の名前で予約・変更・取消ができます。メンバーは予約を見られます。"),
    )


class MemberRoleForm(forms.Form):
    role = forms.ChoiceField(label=_("役割"), choices=ROLE_CHOICES)


class ContactPersonForm(forms.Form):
    """Whom the centre reaches for the group."""

    contact_name = forms.CharField(
        label=_("連絡担当者"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact_email = forms.EmailField(
        label=_("連絡先メールアドレス"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    contact_phone = PhoneField(label=_("連絡先電話番号"))

    @property
    def contact(self) -> Contact:
        values = self.cleaned_data
        return Contact(values["contact_name"], values["contact_email"], values["contact_phone"])


class ContactForm(ContactPersonForm):
    """What may change without an application."""

    postal_address = forms.CharField(label=_("連絡先住所"), max_length=200, required=False)
    website = forms.URLField(
        label=_("ウェブサイト"),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    activities = forms.CharField(
        label=_("ふだんの活動"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": CHARACTERS_LEFT}),
    )


class DirectoryEntryForm(forms.Form):
    """The group's choice of what the public sees of it."""

    is_listed = forms.BooleanField(
        label=_("団体一覧に載せる"),
        required=False,
        help_text=_("載せると、団体名とふりがな、種類、分野、区が出ます。ほかは下で選びます。"),
    )
    public_fields = forms.MultipleChoiceField(
        label=_("公開する項目"),
        choices=Group.PublicField.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("選ばなかった項目は、一覧にも検索にも出ません。"),
    )


class SuspensionForm(forms.Form):
    reason = forms.CharField(
        label=_("利用停止の理由"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("団体の代表者に、このままメールで届きます。"),
    )
