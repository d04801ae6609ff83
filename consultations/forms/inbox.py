"""Forms of the inbox: what narrows it, what is done to several at once, and the name of a view."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from consultations.forms.staff.steps import CloseForm
from consultations.models import Consultation
from consultations.queries.filters import ME, NOBODY, Choices
from consultations.rules import deadlines
from kyodo import forms
from kyodo.forms import DayField

ANY = [("", _("すべて"))]
# Beside the filters on one page: their fields must not share an id.
BULK_ID = "bulk_%s"


class FilterForm(forms.Form):
    """Its choices come with it: what was chosen once and is gone since is simply not chosen any longer."""

    words = forms.CharField(
        label=_("ことば"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "data-search": True}),
    )
    assignee = forms.ChoiceField(label=_("担当"), required=False)
    kind = forms.ChoiceField(
        label=_("相談の種類"), choices=[*ANY, *Consultation.Kind.choices], required=False
    )
    audience = forms.ChoiceField(
        label=_("相談者"), choices=[*ANY, *Consultation.Audience.choices], required=False
    )
    ward = forms.ChoiceField(label=_("区"), required=False)
    field = forms.ChoiceField(label=_("活動分野"), required=False)
    tag = forms.ChoiceField(label=_("タグ"), required=False)
    channel = forms.ChoiceField(
        label=_("受け付けた方法"), choices=[*ANY, *Consultation.Channel.choices], required=False
    )

    def __init__(self, data: Mapping[str, Any], choices: Choices) -> None:
        super().__init__(data)
        people = [(str(one.pk), str(one)) for one in choices.colleagues]
        self._offer("assignee", [*ANY, (ME, _("自分")), (NOBODY, _("担当なし")), *people])
        self._offer("ward", [*ANY, *((str(one.pk), one.name) for one in choices.wards)])
        self._offer("field", [*ANY, *((str(one.pk), one.name) for one in choices.fields)])
        self._offer("tag", [*ANY, *((str(one.pk), one.name) for one in choices.tags)])

    def _offer(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101
        field.choices = choices

    @property
    def choices(self) -> list[forms.BoundField]:
        """What is chosen from a list."""
        return [self[name] for name in self.fields if name != "words"]

    @property
    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class BulkCloseForm(CloseForm):
    """One ending for all that are ticked: newsletters, questions of one event, what nobody answered."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id=BULK_ID)
        self.fields["outcome_text"].widget.attrs["rows"] = 2


class BulkFollowUpForm(forms.Form):
    on = DayField(label=_("様子をたずねる日"), error_messages={"required": _("日を選んでください。")})

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id=BULK_ID)

    def clean_on(self) -> Any:
        deadlines.check_follow_up(self.cleaned_data["on"])
        return self.cleaned_data["on"]
