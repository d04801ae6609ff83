"""How we know that the person agrees to a referral: asked the same wherever one begins."""

from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from consultations.actions.referring import Consent
from kyodo import clock, forms
from kyodo.forms import DayField


class Consented(TextChoices):
    FORM = "form", _("申し込みのときに、本人が紹介に同意している")
    ASKED = "asked", _("本人に確かめた")
    OVERRIDE = "override", _("同意なしで送る（管理者の判断）")


class ConsentForm(forms.Form):
    """From the form in which they asked, from their own words since, or, where a manager may, without it and why."""

    consented = forms.ChoiceField(
        label=_("本人の同意"),
        widget=forms.RadioSelect,
        error_messages={"required": _("本人の同意を、どう確かめたかを選んでください。")},
    )
    consent_text = forms.CharField(label=_("同意の内容"), max_length=300, required=False)
    consented_on = DayField(label=_("本人が同意した日"), required=False)
    reason = forms.CharField(
        label=_("同意なしで送る理由"),
        max_length=300,
        required=False,
        help_text=_("記録に残り、送り先も読みます。"),
    )

    def __init__(self, *args: Any, has_consent: bool, may_override: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        consented = self.fields["consented"]
        assert isinstance(consented, forms.ChoiceField)  # noqa: S101
        offered = [Consented.ASKED]
        if has_consent:
            offered.insert(0, Consented.FORM)
            self.initial.setdefault("consented", Consented.FORM)
        if may_override:
            offered.append(Consented.OVERRIDE)
        else:
            del self.fields["reason"]
        consented.choices = [(one.value, one.label) for one in offered]
        self.initial.setdefault("consented_on", clock.today())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        consented = data.get("consented")
        if consented == Consented.ASKED:
            if not data.get("consent_text", "").strip():
                self.add_error("consent_text", _t("同意の内容を書いてください。"))
            if not data.get("consented_on") and "consented_on" not in self.errors:
                self.add_error("consented_on", _t("本人が同意した日を入れてください。"))
        if consented == Consented.OVERRIDE and not data.get("reason", "").strip():
            self.add_error("reason", _t("同意なしで送る理由を書いてください。"))
        return data

    @property
    def consent(self) -> Consent:
        data = self.cleaned_data
        if data["consented"] == Consented.FORM:
            return Consent(_t("申し込みのときの、紹介への同意"), None, is_from_form=True)
        if data["consented"] == Consented.OVERRIDE:
            return Consent(data["reason"], None, is_override=True)
        return Consent(data["consent_text"], data["consented_on"])
