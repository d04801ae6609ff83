"""allauth's forms with the fields of the site (kyodo.forms): what is typed there is made plain as everywhere."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django.forms import CharField as DjangoCharField
from django.forms import EmailField as DjangoEmailField
from django.forms import Field, JSONField, PasswordInput

from kyodo import forms

KEPT = ("label", "required", "widget", "help_text", "initial", "disabled", "error_messages")


class SignInAddressField(forms.EmailField):
    """In lower case, as allauth keeps the address that somebody signs in with."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").lower()


class OurFields:
    """Put before a form of allauth: its text fields become ours, with their labels and widgets."""

    fields: dict[str, Field]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            self.fields[name] = _ours(name, field)


def _ours(name: str, field: Field) -> Field:
    # A passkey comes as JSON, whose field is a child of Django's CharField.
    is_text = isinstance(field, DjangoCharField) and not isinstance(field, JSONField)
    is_text = is_text and not isinstance(field.widget, PasswordInput)
    if not is_text or isinstance(field, forms.CharField):
        return field
    kept = {key: getattr(field, key) for key in KEPT}
    if isinstance(field, DjangoEmailField):
        return SignInAddressField(**kept)
    if name == "code":
        return forms.CodeField(**kept)
    return forms.CharField(max_length=getattr(field, "max_length", None), **kept)


class LoginForm(OurFields, account_forms.LoginForm):
    pass


class SignupForm(OurFields, account_forms.SignupForm):
    pass


class AddEmailForm(OurFields, account_forms.AddEmailForm):
    pass


class ResetPasswordForm(OurFields, account_forms.ResetPasswordForm):
    pass


class AuthenticateForm(OurFields, mfa_forms.AuthenticateForm):
    pass


class ReauthenticateForm(OurFields, mfa_forms.ReauthenticateForm):
    pass


class ActivateTOTPForm(OurFields, totp_forms.ActivateTOTPForm):
    pass


class AddPasskeyForm(OurFields, webauthn_forms.AddWebAuthnForm):
    pass
