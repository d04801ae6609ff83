"""What people type about themselves."""

from typing import Any

from allauth.core import context as allauth_context
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import joining
from accounts.models import User
from kyodo import forms
from kyodo.centre.models import WardCentre


class NameFields(forms.Form):
    """Name and kana, as sign-up and the profile ask for them."""

    name = forms.CharField(
        label=_("お名前"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    name_kana = forms.KanaField(label=_("ふりがな"), max_length=60)


class SignupForm(NameFields):
    """Beside e-mail and password, what sign-up asks. allauth puts its own fields in between."""

    consent = forms.BooleanField(
        label=_("個人情報の取扱いに同意します"),
        error_messages={"required": _("アカウントをつくるには、同意が必要です。")},
    )

    field_order = ["name", "name_kana", "email", "password1", "consent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        shown = joining.address_shown(allauth_context.request)
        if shown:
            kwargs["initial"] = {"email": shown, **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["consent"].help_text = format_html(
            '<a href="{}" target="_blank" rel="noopener">{}</a>',
            reverse("privacy"),
            gettext("個人情報の取扱いを読む（新しい画面で開きます）"),
        )

    def signup(self, request: HttpRequest, user: User) -> None:
        """allauth asks for this; the adapter has written the name already."""


class ProfileForm(NameFields):
    phone = forms.PhoneField(
        label=_("電話番号"),
        required=False,
        help_text=_("急な休館など、メールでは間に合わないときに使います。"),
    )


class DeleteAccountForm(forms.Form):
    understood = forms.BooleanField(label=_("退会すると元に戻せないことがわかりました"))


class RoleForm(forms.Form):
    """For managers, in the admin."""

    role = forms.ChoiceField(label=_("役割"), choices=User.Role.choices)
    ward_centre = forms.ModelChoiceField(
        label=_("所属する区のセンター"),
        queryset=WardCentre.objects.all(),
        required=False,
        help_text=_("区のセンター職員だけに選びます。"),
    )
