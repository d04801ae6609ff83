"""What a ward centre's officer types at the desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consultations.models import Entry


class ReplyForm(forms.Form):
    message = forms.CharField(
        label=_("相談者へ送る文"),
        max_length=Entry.LONGEST,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("次の画面で、送られるメールをそのまま見てから送ります。"),
        error_messages={"required": _("内容を書いてください。")},
    )
    waits_for_answer = forms.BooleanField(label=_("送ったら、相談者の返事を待つ"), required=False)
