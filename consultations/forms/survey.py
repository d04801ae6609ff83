from typing import Any

from django.utils.translation import gettext_lazy as _

from consultations.models import Survey
from kyodo import forms
from kyodo.forms import CHARACTERS_LEFT

RATINGS = [
    ("5", _("とてもよかった")),
    ("4", _("よかった")),
    ("3", _("ふつう")),
    ("2", _("あまりよくなかった")),
    ("1", _("よくなかった")),
]


class SurveyForm(forms.Form):
    """Three questions; the first is all that is needed."""

    solved = forms.ChoiceField(
        label=_("相談したことは解決しましたか"),
        choices=Survey.Solved.choices,
        widget=forms.RadioSelect,
        help_text=_("「解決していない」を選ぶと、担当がもう一度見ます。"),
        error_messages={"required": _("解決したかどうかを選んでください。")},
    )
    rating = forms.TypedChoiceField(
        label=_("センターの対応はいかがでしたか"),
        choices=RATINGS,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        required=False,
    )
    comment = forms.CharField(
        label=_("ひとことお聞かせください"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": CHARACTERS_LEFT}),
        help_text=_("お名前や連絡先は書かなくて大丈夫です。"),
    )

    @property
    def answer(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("solved", "rating", "comment")}
