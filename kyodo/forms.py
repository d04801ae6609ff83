"""How every form of the site looks, and the fields that all apps ask with.

It stands in for django.forms (`from kyodo import forms`), as django.contrib.gis.forms does: what Django has and we don't
change is Django's. So no field can be chosen that forgets to make plain what was typed; ruff refuses django.forms
elsewhere.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django import forms as django_forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.db.models import Model
from django.forms import *  # noqa: F403 - it stands in for it
from django.forms.models import ModelChoiceIterator
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from kyodo import addresses, clock, drawing, plain

_Row = TypeVar("_Row", bound=Model)

# What a counted field says of itself while it is typed in (static/js/site.js).
CHARACTERS_LEFT = _("あと{left}文字")


# Django's templates of widgets, and the macro of partials/components/widgets.html that draws each.
_INPUTS = ("text", "email", "number", "hidden", "date", "time", "checkbox", "file", "password", "url")
WIDGETS: Mapping[str, str] = {
    **{f"django/forms/widgets/{kind}.html": "input" for kind in _INPUTS},
    "django/forms/widgets/textarea.html": "textarea",
    "django/forms/widgets/select.html": "select",
    "django/forms/widgets/radio.html": "boxes",
    "django/forms/widgets/checkbox_select.html": "boxes",
}
PARTS = frozenset({"components/field.html", "components/moment.html"})


class Renderer(TemplatesSetting):
    """Label, hint, error, field, in that order, linked for a screen reader; fields and widgets in Jinja2."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"

    def render(self, template_name: str, context: Any, request: Any = None) -> str:
        if template_name in WIDGETS:
            return drawing.draw_macro("components/widgets.html", WIDGETS[template_name], context["widget"])
        if template_name in PARTS:
            return drawing.draw(template_name, **context)
        return super().render(template_name, context, request)


class RowChoices(ModelChoiceIterator[_Row]):
    """Read in one statement: Django's own opens a cursor on the server, which takes four, for thousands of rows."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in self.queryset:
            yield self.choice(row)


class ModelChoiceField(django_forms.ModelChoiceField[_Row]):  # type: ignore[no-redef]
    iterator = RowChoices  # type: ignore[assignment]


class ModelMultipleChoiceField(django_forms.ModelMultipleChoiceField[_Row]):  # type: ignore[no-redef]
    iterator = RowChoices  # type: ignore[assignment]


class DayField(django_forms.DateField):
    """A day, through the browser's own calendar where there is one; never one that no calendar of ours reaches."""

    widget = django_forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **options: Any) -> None:
        words = {"invalid": _("日付を 2026-11-20 のように書いてください。")}
        options["error_messages"] = words | (options.get("error_messages") or {})
        super().__init__(**options)

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value is not None and not clock.FIRST_YEAR <= value.year <= clock.LAST_YEAR:
            raise ValidationError(self.error_messages["invalid"], code="invalid")


no_address = RegexValidator(
    # What mail programmes make a link of; not a.suzuki, St.John or Mrs.Garcia.
    r"(?i)://|@|www\.|[a-z0-9-]\.[a-z]{2,}/"
    r"|(?<![a-z0-9-])(?!(?:mrs|miss|prof|mme|mlle|sra|rev|hon)\.(?-i:[A-Z][a-z]))[a-z0-9-]{3,}\.[a-z]{2,}",
    _("お名前だけを書いてください。メールアドレスやURLは入れられません。"),
    code="address",
    inverse_match=True,
)
"""For a name that goes into a mail to an address nobody has shown to be theirs: it would carry a stranger's link there."""
kana = RegexValidator(
    r"\A[ぁ-ゖァ-ヺー・＝ゝゞ\s]+\Z", _("ふりがなは、ひらがなかカタカナで書いてください。"), code="kana"
)
phone = RegexValidator(
    r"\A[0-9()+\-]{9,20}\Z",
    _("電話番号は 045-000-0000 のように書いてください。"),
    code="phone",
)


class CharField(django_forms.CharField):  # type: ignore[no-redef] # instead of Django's
    """Text, made plain before it is judged: one line of words, or lines whose ends count as one character each.

    A secret is left exactly as it was typed.
    """

    def to_python(self, value: Any) -> str:
        if value not in self.empty_values:
            value = self.make_plain(str(value))
        return super().to_python(value) or ""

    def make_plain(self, typed: str) -> str:
        if isinstance(self.widget, django_forms.PasswordInput):
            return typed
        # A hidden field may carry a text of several lines from one page to the next.
        if isinstance(self.widget, (django_forms.Textarea, django_forms.HiddenInput)):
            return plain.line_ends(typed)
        return plain.words(typed)


class CodeField(CharField):
    """A number, a reference or the like, that is compared with what we keep."""

    def make_plain(self, typed: str) -> str:
        return plain.number(typed)

    def widget_attrs(self, widget: django_forms.Widget) -> dict[str, Any]:
        """No maxlength: the browser would cut what was copied with spaces and brackets before we make it plain."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}


class EmailField(CharField):  # type: ignore[no-redef] # instead of Django's
    """An address as its owner writes it, those of Japanese carriers too (kyodo.addresses)."""

    widget = django_forms.EmailInput
    default_validators = [addresses.validate]

    def __init__(self, **options: Any) -> None:
        # Django's limit: RFC 3696 errata 1690.
        super().__init__(**{"max_length": 254, **options})

    def make_plain(self, typed: str) -> str:
        return addresses.typed(typed)


class URLField(django_forms.URLField):  # type: ignore[no-redef]
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"assume_scheme": "https", **options})

    def to_python(self, value: Any) -> str:
        return str(super().to_python(plain.url(value) if isinstance(value, str) else value))


class SlugField(django_forms.SlugField):  # type: ignore[no-redef]
    def to_python(self, value: Any) -> str:
        return str(super().to_python(plain.code(value) if isinstance(value, str) else value))


class KanaField(CharField):
    """A reading in hiragana or katakana, kept in hiragana."""

    default_validators = [kana]

    def make_plain(self, typed: str) -> str:
        return plain.kana(typed)


class PhoneField(CodeField):
    """Kept in half-width digits and hyphens, however typed."""

    default_validators = [phone]

    def __init__(self, **kwargs: Any) -> None:
        widget = django_forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"})
        super().__init__(**{"max_length": 20, "widget": widget, **kwargs})


class PostalCodeField(CodeField):
    """231-0005, with or without hyphen and 〒."""

    def make_plain(self, typed: str) -> str:
        return plain.postal_code(typed)


class SeveralFilesInput(django_forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(django_forms.FileField):
    """None, one or several files."""

    widget = SeveralFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in files if file]


class MomentWidget(django_forms.MultiWidget):
    """A day, and a clock time from a list: a wheel of minutes is no help for an hour at the centre."""

    template_name = "components/moment.html"

    def __init__(self, days_ahead: int) -> None:
        self.days_ahead = days_ahead
        clock_times = [datetime.time(hour, minute) for hour in range(8, 21) for minute in (0, 30)]
        choices = [("", _("時刻を選ぶ")), *((f"{one:%H:%M}", f"{one:%H:%M}") for one in clock_times)]
        super().__init__(
            [django_forms.DateInput(attrs={"type": "date"}), django_forms.Select(choices=choices)]
        )

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
        self._keep_typed(value if isinstance(value, (list, tuple)) else self.decompress(value))
        return super().get_context(name, value, attrs)

    def _keep_typed(self, parts: Sequence[Any]) -> None:
        """A clock time that is not offered, but was typed or stood there before, is shown beside its mistake."""
        clock_times = self.widgets[1]
        typed = str(parts[1] or "") if len(parts) > 1 else ""
        if typed and typed not in dict(clock_times.choices):  # type: ignore[attr-defined]
            clock_times.choices = [*clock_times.choices, (typed, typed)]  # type: ignore[attr-defined]

    def offer(self, times: Sequence[datetime.time]) -> None:
        """These clock times alone, for who knows on which the day's door is open."""
        offered = [(f"{one:%H:%M}", f"{one:%H:%M}") for one in times]
        self.widgets[1].choices = [("", _("時刻を選ぶ")), *offered]  # type: ignore[attr-defined]


class MomentField(django_forms.MultiValueField):
    """A day and a clock time that somebody wishes for (希望日時), so many days ahead at most as the calendar offers."""

    def __init__(self, *, days_ahead: int, **kwargs: Any) -> None:
        incomplete = _("日と時刻の両方を選んでください。")
        parts = (
            DayField(error_messages={"incomplete": incomplete, "invalid": _("日を選んでください。")}),
            django_forms.TimeField(error_messages={"incomplete": incomplete}),
        )
        messages = {"incomplete": incomplete, "required": incomplete}
        super().__init__(fields=parts, widget=MomentWidget(days_ahead), error_messages=messages, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> datetime.datetime | None:
        if not data_list or not any(data_list):
            return None
        if not all(data_list):
            raise ValidationError(self.error_messages["incomplete"], code="incomplete")
        return clock.at(data_list[0], data_list[1])
