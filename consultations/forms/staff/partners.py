"""Naming a partner to the person, and writing down what came of it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Group, User
from consultations.models import Introduction
from kyodo import forms
from kyodo.centre.models import SupportOrganisation, SupportProgramme


class IntroduceForm(forms.Form):
    group = forms.ModelChoiceField(
        label=_("登録団体"), queryset=Group.objects.none(), required=False, widget=forms.HiddenInput
    )
    organisation = forms.ModelChoiceField(
        label=_("機関"), queryset=SupportOrganisation.objects.all(), required=False, widget=forms.HiddenInput
    )
    programme = forms.ModelChoiceField(
        label=_("支援制度"),
        queryset=SupportProgramme.objects.active(),
        required=False,
        widget=forms.HiddenInput,
    )
    name = forms.CharField(label=_("紹介した相手"), max_length=100, required=False)
    reason = forms.CharField(label=_("すすめた理由"), max_length=200, required=False)

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["group"]
        field.queryset = Group.objects.visible_to(by).defer("search")


class ResultForm(forms.Form):
    result = forms.ChoiceField(
        label=_("その後"),
        choices=Introduction.Result.choices,
        error_messages={"required": _("その後を選んでください。")},
    )
    result_text = forms.CharField(
        label=_("その後のようす"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
