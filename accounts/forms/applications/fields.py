"""Fields that only applications ask for."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.rules import steps
from accounts.rules.papers import check_paper
from kyodo import clock
from kyodo.centre.models import ActivityField
from kyodo.forms import DayField


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """None, one or several files."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        files = data if isinstance(data, (list, tuple)) else [data]
        given = [super(SeveralFilesField, self).clean(file, initial) for file in files if file]
        for file in given:
            check_paper(file)
        return given


class KanaField(forms.CharField):
    """Katakana is taken as well and kept as hiragana."""

    def to_python(self, value: Any) -> str:
        text = steps.in_hiragana(unicodedata.normalize("NFKC", super().to_python(value) or ""))
        return " ".join(text.split())

    def validate(self, value: str) -> None:
        super().validate(value)
        if value:
            steps.check_kana(value)


def field_choices() -> QuerySet[ActivityField]:
    """The everyday words where the centre has them, else those of the law."""
    primer = ActivityField.objects.primer()
    return primer if primer.exists() else ActivityField.objects.all()


class WishWidget(forms.MultiWidget):
    """A day, and a clock time from a list: a wheel of minutes is no help for an hour at the centre."""

    template_name = "accounts/applications/_wish_widget.html"

    def __init__(self) -> None:
        clock_times = [time(hour, minute) for hour in range(8, 21) for minute in (0, 30)]
        choices = [("", _("時刻を選ぶ")), *((f"{one:%H:%M}", f"{one:%H:%M}") for one in clock_times)]
        super().__init__([forms.DateInput(attrs={"type": "date"}), forms.Select(choices=choices)])

    def decompress(self, value: datetime | None) -> Sequence[str]:
        if not value:
            return ["", ""]
        local = clock.local(value)
        return [f"{local:%Y-%m-%d}", f"{local:%H:%M}"]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        today = clock.today()
        self.widgets[0].attrs |= {
            "min": f"{today:%Y-%m-%d}",
            "max": f"{today + timedelta(days=steps.HEARING_DAYS_AHEAD):%Y-%m-%d}",
        }
        return super().get_context(name, value, attrs)


class WishField(forms.MultiValueField):
    def __init__(self, **kwargs: Any) -> None:
        incomplete = _("日と時刻の両方を選んでください。")
        parts = (
            DayField(error_messages={"incomplete": incomplete, "invalid": _("日を選んでください。")}),
            forms.TimeField(error_messages={"incomplete": incomplete}),
        )
        messages = {"incomplete": incomplete, "required": incomplete}
        super().__init__(fields=parts, widget=WishWidget(), error_messages=messages, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> datetime | None:
        if not data_list or not all(data_list):
            return None
        return clock.at(data_list[0], data_list[1])
