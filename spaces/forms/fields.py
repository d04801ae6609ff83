"""Fields that several forms of the spaces share."""

from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import forms
from kyodo.centre import hours
from spaces.models import Booking, Space

DAYS_OF_HOURS = 7


class ClockField(forms.TimeField):
    """A time of day out of a list; a time that is not in the list is judged by the rules, in their own words."""

    widget = forms.Select

    def __init__(self, **options: Any) -> None:
        options.setdefault("error_messages", {"invalid": _("時刻を 13:00 のように書いてください。")})
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value

    def offer(self, times: Callable[[], Iterable[str]], *, kept: str = "") -> None:
        """The times to choose from, asked for when they are shown; what was typed stays, even when it is none."""

        def choices() -> list[tuple[str, str]]:
            found = [("", str(_("選んでください")))] + [(value, value.removeprefix("0")) for value in times()]
            return found if not kept or kept in dict(found) else [*found, (kept, kept)]

        self.widget.choices = choices  # type: ignore[assignment] # the stubs know no callable


class GroupChoiceField(forms.ChoiceField):
    """One of the person's groups, by name; one that can't book now says so."""

    def offer(self, groups: Iterable[Group]) -> None:
        self._groups = {str(group.pk): group for group in groups}
        self.choices = [(pk, self._label(group)) for pk, group in self._groups.items()]

    def clean(self, value: Any) -> Any:
        return self._groups[super().clean(value)]

    def _label(self, group: Group) -> str:
        return group.name if group.is_current else _("%(name)s（いま予約できません）") % {"name": group.name}


class UseField(forms.ChoiceField):
    """Meeting or event, with nothing chosen beforehand. Whether it has to be said, the rules know: not here."""

    widget: type[forms.Widget] | forms.Widget = forms.RadioSelect

    def __init__(self) -> None:
        super().__init__(label=_("使い方"), choices=Booking.Use.choices, required=False)

    def ask(self, asked: bool) -> None:
        self.widget = forms.RadioSelect(choices=Booking.Use.choices) if asked else forms.HiddenInput()
        self.required = asked
        self.error_messages["required"] = _("打合せか催しかを選んでください。")


class SupportedByField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("共催・後援する市の部署"),
            max_length=100,
            required=False,
            help_text=_("催しのときに書きます。例：市民局市民協働推進課"),
        )


class RemarksField(forms.CharField):
    def __init__(self) -> None:
        super().__init__(
            label=_("センターへの連絡"),
            max_length=300,
            required=False,
            help_text=_("例：手話通訳が入ります。机はロの字に並べます。"),
        )


class GroupNumberField(forms.CodeField):
    """A group by its registration number, as staff read it off the card."""

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        group = Group.objects.filter(number__iexact=number).defer("search").first()
        if group is None:
            raise ValidationError(_("この登録番号の団体はありません。"), code="invalid_choice")
        return group


def step_times(space: Space, day: date) -> tuple[list[str], list[str]]:
    """Beginnings and ends within the widest hours of the week from that day on: the day may still be changed."""
    week = hours.opening_days(day, day + timedelta(days=DAYS_OF_HOURS - 1)).values()
    opened = [one.hours for one in week if one.hours] or [hours.Hours(time(9), time(20))]
    opens = min(_minutes(one.opens) for one in opened)
    closes = max(_minutes(one.closes) or 24 * 60 for one in opened)
    step = space.policy.step_minutes
    times = [
        f"{minutes // 60:02}:{minutes % 60:02}"
        for minutes in range(opens, closes + 1, step)
        if minutes < 24 * 60
    ]
    return times[:-1], times[1:]


def _minutes(value: time) -> int:
    return value.hour * 60 + value.minute
