"""What a partner without an account types on the answer page."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Referral, SpecialistSlot
from kyodo import dates, forms

Outcome = Consultation.Outcome
RESULTS = (
    Outcome.ANSWERED,
    Outcome.SUPPORTED,
    Outcome.ADVISED,
    Outcome.PASSED_ON,
    Outcome.UNREACHED,
    Outcome.OTHER,
)
LONGEST_WISH = 300
LONGEST = 1000


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class AcceptForm(forms.Form):
    """Yes, for an organisation."""

    prefix = "accept"

    message = forms.CharField(
        label=_("センターへのひとこと"), max_length=LONGEST, required=False, widget=_text(4)
    )


class AcceptWithTimesForm(AcceptForm):
    """Yes, for a specialist: which of the free times suit, or in words."""

    slots = forms.MultipleChoiceField(
        label=_("都合のよい日時"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("3つまで選べます。合う日時がなければ、下に書いてください。"),
    )
    wish = forms.CharField(
        label=_("ほかの日時がよいとき"),
        max_length=LONGEST_WISH,
        required=False,
        widget=_text(2),
        help_text=_("例：12月の火曜日の午後"),
    )

    field_order = ("slots", "wish", "message")

    def __init__(
        self,
        *args: Any,
        slots: Sequence[SpecialistSlot],
        proposed: SpecialistSlot | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        if proposed is not None and proposed in slots:
            # What the centre asks for stands ticked: saying yes to it is one press.
            self.initial["slots"] = [str(proposed.pk)]
        self._slots = {str(slot.pk): slot for slot in slots}
        field = self.fields["slots"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [
                (key, dates.period(slot.begins_at, slot.ends_at)) for key, slot in self._slots.items()
            ]
        if not slots:
            del self.fields["slots"]
            self.fields["wish"].label = _("都合のよい日時")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not (data.get("slots") or data.get("wish", "").strip() or self.errors):
            self.add_error("slots" if self._slots else "wish", _("都合のよい日時を選ぶか、書いてください。"))
        return data

    @property
    def times(self) -> list[Any]:
        return [self._slots[key].begins_at for key in self.cleaned_data.get("slots", [])]


class DeclineForm(forms.Form):
    prefix = "decline"

    reason = forms.CharField(label=_("引き受けられない理由"), max_length=LONGEST, widget=_text(3))


class FinishForm(forms.Form):
    prefix = "finish"

    outcome = forms.ChoiceField(
        label=_("結果"), choices=[("", _("選んでください")), *((one.value, one.label) for one in RESULTS)]
    )
    outcome_text = forms.CharField(
        label=_("その後のようす"),
        max_length=Referral._meta.get_field("outcome_text").max_length,
        widget=_text(6),
        help_text=_("話したこと、次にするとよいことなど。名前は書かなくてかまいません。"),
    )
