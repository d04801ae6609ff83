"""What a form showed when it was opened, beside what stands there now."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from consultations.queries.changes import Change
from kyodo import dates


def differences(form: forms.Form, present: Mapping[str, Any]) -> list[Change]:
    """Of a posted form whose fields carry what was seen (show_hidden_initial)."""
    found = []
    for name, field in form.fields.items():
        posted = form[name].html_initial_name
        seen = field.hidden_widget().value_from_datadict(form.data, form.files, posted)
        before, now = _in_words(field, seen), _in_words(field, field.prepare_value(present.get(name)))
        if before != now:
            found.append(Change(str(field.label), before, now))
    return found


def with_present_as_seen(typed: QueryDict, form: forms.Form, present: Mapping[str, Any]) -> QueryDict:
    """What was typed, ready to be shown again beside what stands there now."""
    data = typed.copy()
    for name in form.fields:
        value = present.get(name)
        values = value if isinstance(value, list) else ["" if value is None else value]
        data.setlist(form[name].html_initial_name, [str(one) for one in values])
    return data


def _in_words(field: forms.Field, raw: Any) -> str:
    try:
        value = field.to_python(raw)
    except ValidationError:
        value = raw
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, date):
        return dates.day(value)
    if isinstance(value, list):
        return "、".join(str(one) for one in value) or _("なし")
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        value = dict(field.choices).get(value, value)  # type: ignore[arg-type]
    return _("なし") if value in (None, "") else str(value)
