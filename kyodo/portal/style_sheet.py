"""What the style page shows: a form with every kind of field, with and without mistakes, and a long list to leaf through."""

from typing import Any

from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _

from kyodo import forms
from kyodo.forms import CHARACTERS_LEFT


class SampleForm(forms.Form):
    name = forms.CharField(
        label=_("団体の名前"), max_length=40, help_text=_("規約にあるとおりに書いてください。")
    )
    email = forms.EmailField(
        label=_("メールアドレス"), widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    day = forms.DateField(label=_("使う日"), widget=forms.DateInput(attrs={"type": "date"}))
    begins = forms.TimeField(label=_("始まり"), widget=forms.TimeInput(attrs={"type": "time", "step": 1800}))
    people = forms.IntegerField(label=_("人数"), min_value=2, max_value=10, help_text=_("2人から10人まで"))
    kind = forms.ChoiceField(
        label=_("団体の種類"),
        choices=[("group", _("団体")), ("team", _("プロジェクトチーム"))],
        widget=forms.RadioSelect,
    )
    fields_of_work = forms.MultipleChoiceField(
        label=_("活動分野"),
        choices=[("welfare", _("保健・医療・福祉")), ("town", _("まちづくり")), ("nature", _("環境"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    ward = forms.ChoiceField(
        label=_("区"), choices=[("", _("選んでください")), ("naka", _("中区")), ("tsurumi", _("鶴見区"))]
    )
    purpose = forms.CharField(
        label=_("使う目的"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": CHARACTERS_LEFT}),
        required=False,
    )
    paper = forms.FileField(label=_("書類"), required=False, help_text=_("PDF、Word、画像。10MBまで。"))
    agreed = forms.BooleanField(label=_("利用のきまりを読みました"))


def context() -> dict[str, Any]:
    typed = {"name": "", "email": "aoba@", "people": "12", "purpose": _("月に一度の打合せ")}
    mistaken = SampleForm({f"mistaken-{name}": value for name, value in typed.items()}, prefix="mistaken")
    return {
        "sample": SampleForm(prefix="sample", initial={"people": 4}),
        "mistaken": mistaken,
        "page": Paginator(range(200), 10).page(6),
    }
