from django.utils.translation import gettext_lazy as _

from kyodo import forms


class PersonForm(forms.Form):
    """Whose data, and what of it. That it is really them is looked at when the file leaves."""

    email = forms.EmailField(
        label=_("本人のメールアドレス"),
        help_text=_("相談の連絡先か、アカウントのアドレスです。"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("メールアドレスを書いてください。")},
    )
    with_notes = forms.BooleanField(
        label=_("職員メモと、ほかの機関とのやりとりも入れる"),
        required=False,
        help_text=_("ほかの人のことが書かれていないか、先に確かめてください。"),
    )
    is_identified = forms.BooleanField(
        label=_("本人からの求めであることを、身分証などで確かめました"),
        required=False,
        help_text=_("ファイルを作るときに必要です。"),
    )

    def refuse_unidentified(self) -> bool:
        if self.cleaned_data["is_identified"]:
            return False
        self.add_error("is_identified", _("本人であることを確かめてから、ファイルを作ってください。"))
        return True
