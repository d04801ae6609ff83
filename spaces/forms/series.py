"""What a person types for bookings that repeat, and which of the dates they choose."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kyodo import clock, forms
from kyodo.forms import DayField
from spaces.forms.bookings import BookingForm
from spaces.models import BookingSeries, Space
from spaces.queries.alternatives import Place
from spaces.queries.timetable import last_shown
from spaces.rules import series as rules


class SeriesForm(BookingForm):
    """A series as asked for (くり返し予約): the first date as in a booking, and how it goes on."""

    pattern = forms.ChoiceField(
        label=_("くり返し方"),
        choices=BookingSeries.Pattern.choices,
        initial=BookingSeries.Pattern.WEEKLY,
        widget=forms.RadioSelect,
        help_text=_("「毎月」は、最初の日と同じ第○曜日です（例：第3金曜日）。"),
    )
    until = DayField(label=_("いつまで"), required=False, help_text=_("この日まで、または下の回数まで。"))
    count = forms.IntegerField(
        label=_("回数"),
        required=False,
        min_value=2,
        max_value=rules.MOST_DATES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )

    field_order: Sequence[str] = (
        "group",
        "date",
        "begins",
        "ends",
        "pattern",
        "until",
        "count",
        "people",
        "purpose",
        "use",
        "supported_by",
        "remarks",
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["count"].help_text = _("%(most)d回まで") % {"most": rules.MOST_DATES}
        for name in ("override", "override_reason"):
            self.fields.pop(name, None)

    def clean(self) -> None:
        super().clean()
        typed = self.cleaned_data
        until, count, first = typed.get("until"), typed.get("count"), typed.get("date")
        if first is None or "until" in self.errors or "count" in self.errors:
            return
        if first > last_shown():
            self.add_error("date", ValidationError(_("もっと近い日を選んでください。"), code="too_far"))
        elif until is None and count is None:
            self.add_error("until", ValidationError(_("いつまでか、回数を書いてください。"), code="required"))
        elif until is not None and until < first:
            self.add_error(
                "until", ValidationError(_("最初の日より後の日を選んでください。"), code="time_order")
            )
        elif until is not None and until > last_shown():
            self.add_error("until", ValidationError(_("もっと近い日を選んでください。"), code="too_far"))
        elif (
            count is None
            and until is not None
            and rules.goes_past_most(typed.get("pattern", ""), first, until)
        ):
            self.add_error(
                "until",
                ValidationError(
                    _("一度に%(most)d日まで予約できます。もっと近い日を選んでください。"),
                    code="too_many",
                    params={"most": rules.MOST_DATES},
                ),
            )

    @property
    def days(self) -> list[datetime.date]:
        typed = self.understood
        days = rules.dates(
            typed["pattern"],
            typed["date"],
            until=typed.get("until"),
            count=typed.get("count") or rules.MOST_DATES,
        )
        return [day for day in days if day <= last_shown()]


def chosen_places(
    typed: Mapping[str, str], days: Sequence[datetime.date], spaces: Mapping[str, Space]
) -> list[Place]:
    """The places ticked in the preview, one a date at most; what is no place is no choice."""
    places = []
    for day in days:
        place = parsed_place(typed.get(f"on-{day:%Y-%m-%d}", ""), spaces)
        if place is not None and place.day == day:
            places.append(place)
    return places


def parsed_place(value: str, spaces: Mapping[str, Space]) -> Place | None:
    """space-a/2026-12-04/13:00/15:00, as the preview wrote it; anything else is None."""
    try:
        slug, day_text, begins, ends = value.split("/")
        day = datetime.date.fromisoformat(day_text)
        begins_at = clock.at(day, datetime.time.fromisoformat(begins))
        ends_at = clock.at(day, datetime.time.fromisoformat(ends))
    except ValueError:
        return None
    return Place(spaces[slug], begins_at, ends_at) if slug in spaces else None


class SeriesCancelForm(forms.Form):
    """Which part of a series to cancel."""

    since = forms.DateField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("取り消す理由"), max_length=200, required=False, help_text=_("書かなくてもかまいません。")
    )
