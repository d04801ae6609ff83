"""What a person types to book, change or cancel. The limits are asked by the action; here is only what was typed."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from kyodo import clock, forms
from kyodo.forms import DayField
from spaces.forms.fields import (
    ClockField,
    GroupChoiceField,
    GroupNumberField,
    RemarksField,
    SupportedByField,
    UseField,
    step_times,
)
from spaces.models import Booking, RuleOverride, Space
from spaces.queries.bookings import GroupChoices
from spaces.rules.limits import STAFF_MAY_OVERRIDE, deciding

# Where each refusal belongs: beside what the person would change.
FIELD_OF = {
    "group_not_current": "group",
    "time_order": "ends",
    "time_step": "begins",
    "past": "begins",
    "closed": "begins",
    "taken": "begins",
    "own": "begins",
    "window": "date",
    "lottery": "date",
    "too_short": "ends",
    "too_long": "ends",
    "daily_limit": "ends",
    "monthly_limit": "ends",
    "open_bookings": "date",
    "people": "people",
    "purpose": "purpose",
    "use_not_allowed": "use",
    "use_missing": "use",
    "department": "supported_by",
}


class RefusableForm(forms.Form):
    """A form that can show what an action refused, each refusal beside its field."""

    understood: dict[str, Any]
    """What was typed, once it could be read; stays when a field is refused afterwards."""

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        self.understood = dict(self.cleaned_data)

    def refuse(self, error: ValidationError) -> None:
        for one in error.error_list:
            field = FIELD_OF.get(one.code or "", "")
            self.add_error(field if field in self.fields else None, one)

    @property
    def codes(self) -> set[str]:
        return {error.code for errors in self.errors.as_data().values() for error in errors if error.code}


class BookingForm(RefusableForm):
    """Booking form (予約の申込)."""

    group = GroupChoiceField(
        label=_("団体"),
        error_messages={"invalid_choice": _("予約できる団体を選んでください。")},
    )
    date = DayField(label=_("日にち"))
    begins = ClockField(label=_("始まり"))
    ends = ClockField(label=_("終わり"))
    people = forms.IntegerField(
        label=_("人数"), min_value=1, max_value=999, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    purpose = forms.CharField(
        label=_("利用の目的"),
        max_length=200,
        help_text=_("例：月例会の打合せ。ほかの団体には見えません。"),
    )
    use = UseField()
    supported_by = SupportedByField()
    remarks = RemarksField()
    override = forms.MultipleChoiceField(
        label=_("例外にするルール"),
        choices=RuleOverride.Rule.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    override_reason = forms.CharField(
        label=_("例外にする理由"), max_length=200, required=False, help_text=_("予約と一緒に記録します。")
    )

    def __init__(
        self,
        *args: Any,
        space: Space,
        user: User,
        choices: GroupChoices | None = None,
        day: datetime.date,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.user = user
        if choices is None:
            self.fields.pop("group")
        elif user.is_staff:
            self.fields["group"] = GroupNumberField(label=_("団体の登録番号"))
        else:
            cast(GroupChoiceField, self.fields["group"]).offer([*choices.bookable, *choices.not_current])
        self.offer_times(space, day)
        self.set_use(space.allows_events)
        if not user.is_staff:
            self.fields.pop("override")
            self.fields.pop("override_reason")

    def offer_times(self, space: Space, day: datetime.date) -> None:
        times = cache(partial(step_times, space, day))
        for name, offered in (("begins", lambda: times()[0]), ("ends", lambda: times()[1])):
            cast(ClockField, self.fields[name]).offer(offered, kept=str(self[name].value() or ""))

    def set_use(self, allows_events: bool) -> None:
        """Asked only where there is something to choose; what came along all the same is shown, and told by the rule."""
        came = self.data.get(self.add_prefix("use")) or self.initial.get("use")
        asked = allows_events or came == Booking.Use.EVENT
        cast(UseField, self.fields["use"]).ask(asked)
        for name in () if asked else ("supported_by",):
            self.fields.pop(name, None)

    def clean(self) -> None:
        if self.cleaned_data.get("override") and not self.cleaned_data.get("override_reason", "").strip():
            self.add_error(
                "override_reason", ValidationError(_("例外にする理由を書いてください。"), code="reason")
            )

    @property
    def wish(self) -> dict[str, Any]:
        """What the actions take."""
        typed = self.understood
        return {
            "begins_at": clock.at(typed["date"], typed["begins"]),
            "ends_at": clock.at(typed["date"], typed["ends"]),
            "people": typed["people"],
            "purpose": typed["purpose"],
            "use": typed.get("use", ""),
            "supported_by": typed.get("supported_by", ""),
            "remarks": typed.get("remarks", ""),
        }

    @property
    def overrides(self) -> Mapping[str, str]:
        reason = self.cleaned_data.get("override_reason", "")
        return dict.fromkeys(self.cleaned_data.get("override", ()), reason)

    def refuse_also(self, errors: Iterable[ValidationError]) -> None:
        """What the rules say beside what could not be read, but for what is set aside with a reason."""
        errors = list(errors)
        for error in errors if self.user.is_staff else deciding(errors):
            field = FIELD_OF.get(error.code or "", "")
            if not self.overrides.get(error.code or "") and not self.has_error(field):
                self.refuse(error)

    @property
    def may_be_overridden(self) -> bool:
        """Only rules stand in the way, and only such that this person may set aside."""
        return self.user.is_staff and bool(self.codes) and self.codes <= STAFF_MAY_OVERRIDE | {"reason"}

    @property
    def is_taken(self) -> bool:
        """Somebody has the time, the group itself or another: other times help."""
        return bool(self.codes & {"taken", "own"})

    def show_overrides(self) -> None:
        """Offer exactly what was refused, or take the question away."""
        if not self.may_be_overridden:
            for name in ("override", "override_reason"):
                self.fields.pop(name, None)
            return
        field = cast(forms.MultipleChoiceField, self.fields["override"])
        offered = self.codes | set(self["override"].value() or ())
        field.choices = [(code, label) for code, label in RuleOverride.Rule.choices if code in offered]


class ChangeForm(BookingForm):
    """The same for a booking that is there already (予約の変更); `version` is what the person was looking at."""

    space = forms.ModelChoiceField(
        Space.objects.none(), label=_("場所"), to_field_name="slug", empty_label=None
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    field_order: Sequence[str] = (
        "space",
        "date",
        "begins",
        "ends",
        "people",
        "purpose",
        "use",
        "supported_by",
        "remarks",
        "override",
    )

    def __init__(self, *args: Any, spaces: Sequence[Space], **options: Any) -> None:
        super().__init__(*args, **options)
        field = cast("forms.ModelChoiceField[Space]", self.fields["space"])
        field.queryset = Space.objects.filter(pk__in=[space.pk for space in spaces]).for_booking()
        self.set_use(any(space.allows_events for space in spaces))

    def look_at(self, version: int) -> None:
        """Go on from a newer version: the person has seen it beside what they typed."""
        data = cast(QueryDict, self.data).copy()
        data[self.add_prefix("version")] = str(version)
        self.data = data


class CancelForm(forms.Form):
    """Cancelling (取消): nobody has to say why."""

    reason = forms.CharField(
        label=_("取り消す理由"), max_length=200, required=False, help_text=_("書かなくてもかまいません。")
    )
