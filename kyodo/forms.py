"""How every form of the site looks, and the fields that all apps ask with."""

import datetime
import unicodedata
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from kyodo import clock, widgets

# What a counted field says of itself while it is typed in (static/js/site.js).
CHARACTERS_LEFT = _("あと{left}文字")


class Renderer(TemplatesSetting):
    """Label, hint, error, field, in that order, linked for a screen reader."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        """Widgets are written in Python; a field, a form, and what is not known there, in templates."""
        if template_name in widgets.DRAWN:
            return widgets.draw(context["widget"])
        return super().render(template_name, context, request)


class DayField(forms.DateField):
    """A day, through the browser's own calendar where there is one; never one that no calendar of ours reaches."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("日付を 2026-11-20 のように書いてください。")})
        super().__init__(**options)

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value is not None and not clock.FIRST_YEAR <= value.year <= clock.LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")


kana = RegexValidator(
    r"\A[ぁ-ゖァ-ヺー・\s]+\Z", _("ふりがなは、ひらがなかカタカナで書いてください。"), code="kana"
)
no_address = RegexValidator(
    # What mail programmes make a link of; not a.suzuki or St.John.
    r"(?i)://|@|www\.|[a-z0-9-]{3,}\.[a-z]{2,}|[a-z0-9-]\.[a-z]{2,}/",
    _("お名前だけを書いてください。メールアドレスやURLは入れられません。"),
    code="address",
    inverse_match=True,
)
"""For a name that goes into a mail to an address nobody has shown to be theirs: it would carry a stranger's link there."""
phone = RegexValidator(
    r"\A[0-9０-９()+（）＋\-‐－ー\s]{9,20}\Z",
    _("電話番号は 045-000-0000 のように書いてください。"),
    code="phone",
)


class PhoneField(forms.CharField):
    """Kept in half-width digits and hyphens, however typed."""

    default_validators = [phone]

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        super().__init__(**{"max_length": 20, "widget": widget, **kwargs})

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFKC", super().to_python(value) or "")
        return text.translate(str.maketrans("‐－ー−–—", "------")).replace(" ", "")


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """None, one or several files."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in files if file]


class MomentWidget(forms.MultiWidget):
    """A day, and a clock time from a list: a wheel of minutes is no help for an hour at the centre."""

    template_name = "components/_moment_widget.html"

    def __init__(self, days_ahead: int) -> None:
        self.days_ahead = days_ahead
        clock_times = [datetime.time(hour, minute) for hour in range(8, 21) for minute in (0, 30)]
        choices = [("", _("時刻を選ぶ")), *((f"{one:%H:%M}", f"{one:%H:%M}") for one in clock_times)]
        super().__init__([forms.DateInput(attrs={"type": "date"}), forms.Select(choices=choices)])

    def decompress(self, value: datetime.datetime | None) -> Sequence[str]:
        if not value:
            return ["", ""]
        local = clock.local(value)
        return [f"{local:%Y-%m-%d}", f"{local:%H:%M}"]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        today = clock.today()
        self.widgets[0].attrs |= {
            "min": f"{today:%Y-%m-%d}",
            "max": f"{today + datetime.timedelta(days=self.days_ahead):%Y-%m-%d}",
        }
        return super().get_context(name, value, attrs)


class MomentField(forms.MultiValueField):
    """A day and a clock time that somebody wishes for (希望日時), so many days ahead at most as the calendar offers."""

    def __init__(self, *, days_ahead: int, **kwargs: Any) -> None:
        incomplete = _("日と時刻の両方を選んでください。")
        parts = (
            DayField(error_messages={"incomplete": incomplete, "invalid": _("日を選んでください。")}),
            forms.TimeField(error_messages={"incomplete": incomplete}),
        )
        messages = {"incomplete": incomplete, "required": incomplete}
        super().__init__(fields=parts, widget=MomentWidget(days_ahead), error_messages=messages, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> datetime.datetime | None:
        if not data_list or not any(data_list):
            return None
        if not all(data_list):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        return clock.at(data_list[0], data_list[1])
