from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation
from consultations.queries.person_export import Sought
from kyodo import dates, forms


class PersonForm(forms.Form):
    """Whose data, and what of it. That it is really them is looked at when the file leaves."""

    name = forms.CharField(
        label=_("本人のお名前"),
        max_length=60,
        required=False,
        help_text=_("漢字でも、ふりがなでも探せます。同じ名前の人がいるときは、下で選びます。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.PhoneField(label=_("本人の電話番号"), required=False)
    email = forms.EmailField(
        label=_("本人のメールアドレス"),
        required=False,
        help_text=_("相談の連絡先か、アカウントのアドレスです。"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
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

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # At a shared desk nobody's number stays behind in the browser.
        self.fields["phone"].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data.get(name, "").strip() for name in ("name", "phone", "email")):
            raise ValidationError(
                _now("お名前・電話番号・メールアドレスのどれかを書いてください。"), code="nobody"
            )
        return data

    @property
    def sought(self) -> Sought:
        return Sought(*(self.cleaned_data[name] for name in ("name", "phone", "email")))

    def refuse_unidentified(self) -> bool:
        if self.cleaned_data["is_identified"]:
            return False
        self.add_error("is_identified", _("本人であることを確かめてから、ファイルを作ってください。"))
        return True


class TheirsForm(forms.Form):
    """Which of the consultations that were found are this person's: a name is not one person's alone."""

    theirs = forms.ModelMultipleChoiceField(
        label=_("この人の相談"),
        queryset=Consultation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("この人の相談を選んでください。")},
    )

    def __init__(self, data: Any = None, *, found: Any, **options: Any) -> None:
        super().__init__(data, **options)
        field: Any = self.fields["theirs"]
        field.queryset = found
        field.label_from_instance = _in_a_line

    @staticmethod
    def surely(found: Iterable[Consultation], sought: Sought) -> list[int]:
        """Ticked from the start: those with the very address or number. A name alone is a question to the manager."""
        return [one.pk for one in found if sought.is_surely(one)]


def _in_a_line(consultation: Consultation) -> str:
    contact = getattr(consultation, "contact", None)
    known = [contact.name, contact.organisation, contact.phone, contact.email] if contact else []
    facts = [consultation.reference, dates.day(consultation.received_at), consultation.get_kind_display()]
    return "　".join(str(fact) for fact in (*facts, *known) if fact)
