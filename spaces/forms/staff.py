"""Forms of the centre's staff: bookings at the counter and in the admin, holds, closures."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Group
from kyodo import clock, forms, plain
from kyodo.centre.models import Closure
from kyodo.forms import DayField
from spaces.actions.closures import Stretch
from spaces.forms.fields import RemarksField, SupportedByField, UseField
from spaces.models import Booking, Hold, RuleOverride, Space, Unit
from spaces.queries import day as day_queries

BOOKING_FIELDS = (
    "space",
    "date",
    "begins",
    "ends",
    "people",
    "purpose",
    "use",
    "supported_by",
    "remarks",
    "overrides",
    "override_reason",
)


WISHED = ("space", "people", "purpose", "use", "supported_by", "remarks")


def time_field(**options: Any) -> forms.TimeField:
    return forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time", "step": 300}, format="%H:%M"), **options
    )


class ChoosesGroup(forms.Form):
    """A group typed by number, name or kana. Anything but an exact match is offered to choose from."""

    group_name = forms.CharField(
        label=_("団体"),
        max_length=100,
        help_text=_("登録番号、団体名、ふりがなの一部を入れます。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    picked = forms.ModelChoiceField(
        label=_("団体をえらぶ"),
        queryset=Group.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label=None,
    )

    takes_single_hit = False
    """One group whose name only holds what was typed is taken without asking: it stands there and can say no."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = day_queries.find_groups(self._typed())
        if self.has_choice:
            picked = self.fields["picked"]
            assert isinstance(picked, forms.ModelChoiceField)  # noqa: S101
            picked.queryset = Group.objects.filter(pk__in=[group.pk for group in self.candidates]).defer(
                "search"
            )
            picked.initial = self.candidates[0].pk
        else:
            del self.fields["picked"]

    @property
    def has_choice(self) -> bool:
        """Several, or one that was not named exactly: a person says which."""
        if self.takes_single_hit and len(self.candidates) == 1:
            return False
        typed = self._typed().strip()
        return bool(self.candidates) and not (
            len(self.candidates) == 1
            and typed.casefold() in (self.candidates[0].number.casefold(), self.candidates[0].name.casefold())
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("group_name"):
            return data
        if not self.candidates:
            self.add_error("group_name", _("見つかりません。ほかの書き方でもう一度入れてください。"))
        elif not self.has_choice:
            data["group"] = self.candidates[0]
        elif data.get("picked"):
            data["group"] = data["picked"]
        else:
            self.add_error("picked", _("どの団体か、えらんでください。"))
        return data

    def _typed(self) -> str:
        return plain.words(self.data.get(self.add_prefix("group_name"), "")) if self.is_bound else ""


class OverridesRules(forms.Form):
    """The limits that staff set aside for this booking, with the reason that goes on record."""

    overrides = forms.MultipleChoiceField(
        label=_("例外として受ける"),
        choices=RuleOverride.Rule.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    override_reason = forms.CharField(
        label=_("例外にする理由"), max_length=200, required=False, help_text=_("記録に残ります。")
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("overrides") and not (data.get("override_reason") or "").strip():
            self.add_error("override_reason", _("例外にする理由を書いてください。"))
        return data

    @property
    def set_aside(self) -> Mapping[str, str]:
        return dict.fromkeys(self.cleaned_data["overrides"], self.cleaned_data["override_reason"])


class WalkInForm(ChoosesGroup, OverridesRules):
    """Three fields for somebody who stands at the counter."""

    field_order = (
        "group_name",
        "picked",
        "is_sure",
        "people",
        "ends",
        "purpose",
        "use",
        "supported_by",
        "overrides",
        "override_reason",
    )

    takes_single_hit = True

    is_sure = forms.BooleanField(label=_("それでも、もう1か所使う"), required=False, widget=forms.HiddenInput)
    people = forms.IntegerField(label=_("人数"), min_value=1, max_value=999, initial=2)
    ends = forms.ChoiceField(label=_("何時まで"))
    purpose = forms.CharField(label=_("利用の目的"), max_length=200, initial=_("打合せ"))
    use = UseField()
    supported_by = SupportedByField()

    def __init__(self, *args: Any, space: Space, begins_at: datetime, until: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.space = space
        self.begins_at = begins_at
        if space.allows_events:
            cast(UseField, self.fields["use"]).ask(True)
        else:
            del self.fields["use"], self.fields["supported_by"]
        step = timedelta(minutes=space.policy.step_minutes)
        longest = min(until, begins_at + timedelta(minutes=space.policy.longest_minutes))
        times = []
        moment = begins_at + step
        while moment <= longest:
            times.append(f"{clock.local(moment):%H:%M}")
            moment += step
        ends = self.fields["ends"]
        assert isinstance(ends, forms.ChoiceField)  # noqa: S101
        ends.choices = [(value, value) for value in times]
        ends.initial = times[min(1, len(times) - 1)] if times else None

    @property
    def ends_at(self) -> datetime:
        day = clock.local(self.begins_at).date()
        return clock.at(day, time.fromisoformat(self.cleaned_data["ends"]))

    def ask_about(self, here: Booking | None) -> None:
        """The group is in the house already: perhaps its line on the sheet was meant. Not after a double press."""
        if here is None or (here.space_id, here.begins_at, here.ends_at) == (
            self.space.pk,
            self.begins_at,
            self.ends_at,
        ):
            return
        self.fields["is_sure"].widget = forms.CheckboxInput()
        self.add_error(
            "is_sure",
            ValidationError(
                _("この団体は、いま%(space)sを%(until)sまで使っています。"),
                code="here",
                params={"space": here.space.name, "until": f"{clock.local(here.ends_at):%H:%M}"},
            ),
        )


class BookingForm(OverridesRules):
    """A booking as staff change it: any space, any time; the action asks the rules."""

    field_order: Sequence[str] = BOOKING_FIELDS

    space = forms.ModelChoiceField(label=_("場所"), queryset=Space.objects.all(), empty_label=None)
    date = DayField(label=_("日にち"))
    begins = time_field(label=_("開始"))
    ends = time_field(label=_("終了"))
    people = forms.IntegerField(label=_("人数"), min_value=1, max_value=999)
    purpose = forms.CharField(label=_("利用の目的"), max_length=200)
    use = UseField()
    supported_by = SupportedByField()
    remarks = RemarksField()

    @property
    def begins_at(self) -> datetime:
        return clock.at(self.cleaned_data["date"], self.cleaned_data["begins"])

    @property
    def ends_at(self) -> datetime:
        return clock.at(self.cleaned_data["date"], self.cleaned_data["ends"])

    @property
    def wish(self) -> dict[str, Any]:
        """What the actions take, in their words."""
        return {name: self.cleaned_data[name] for name in WISHED} | {
            "begins_at": self.begins_at,
            "ends_at": self.ends_at,
            "overrides": self.set_aside,
        }


class NewBookingForm(ChoosesGroup, BookingForm):
    WISHED = WISHED

    field_order = ("group_name", "picked", *BOOKING_FIELDS)


class HoldForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("種類"),
        choices=[choice for choice in Hold.Kind.choices if choice[0] != Hold.Kind.CLOSURE],
    )
    title = forms.CharField(
        label=_("名前"),
        max_length=100,
        help_text=_("予約を取り消すときは、メールに理由として出ます。例：協働フォーラムの開催"),
    )
    units = forms.ModelMultipleChoiceField(
        label=_("場所"), queryset=Unit.objects.all(), widget=forms.CheckboxSelectMultiple
    )
    date = DayField(label=_("最初の日"))
    begins = time_field(label=_("開始"), initial=time(9))
    last_date = DayField(
        label=_("最後の日"), required=False, help_text=_("1日だけなら空のままにします。続けて確保します。")
    )
    ends = time_field(label=_("終了"), initial=time(17))
    note = forms.CharField(label=_("職員メモ"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if {"date", "begins", "ends"} <= data.keys():
            data["begins_at"] = clock.at(data["date"], data["begins"])
            data["ends_at"] = clock.at(data.get("last_date") or data["date"], data["ends"])
            if data["ends_at"] <= data["begins_at"]:
                self.add_error("ends", _("終了は開始より後にしてください。"))
            elif data["ends_at"] <= clock.now():
                self.add_error("date", _("これからの時間を選んでください。"))
        return data


class ClosureForm(forms.Form):
    kind = forms.ChoiceField(label=_("種類"), choices=Closure.Kind.choices, initial=Closure.Kind.DISASTER)
    first_day = DayField(label=_("最初の日"))
    last_day = DayField(label=_("最後の日"), required=False, help_text=_("1日だけなら空のままにします。"))
    is_open_ended = forms.BooleanField(
        label=_("いつ開くか決まっていない"),
        required=False,
        help_text=_("取りやめるまで休館が続き、先の予約もすべて取り消しになります。"),
    )
    begins = time_field(label=_("何時から"), required=False, help_text=_("1日じゅう休むときは空にします。"))
    ends = time_field(
        label=_("何時まで"),
        required=False,
        help_text=_("空なら、最初の日はその時刻から閉館まで、次の日からは1日じゅう休みます。"),
    )
    reason = forms.CharField(
        label=_("利用者に見せる理由"),
        max_length=200,
        required=False,
        help_text=_("ホームページと、取り消しのメールに出ます。例：大雨警報が出たため"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        begins, ends = data.get("begins"), data.get("ends")
        if ends and not begins and not self.errors:
            self.add_error(
                "begins", ValidationError(_("何時から閉めるかも書いてください。"), code="times_order")
            )
        if begins and ends and ends <= begins:
            self.add_error(
                "ends", ValidationError(_("終わりは始まりより後の時刻にしてください。"), code="times_order")
            )
        if data.get("is_open_ended"):
            if data.get("last_day"):
                self.add_error(
                    "last_day",
                    _("最後の日が決まっているときは、「いつ開くか決まっていない」を外してください。"),
                )
        elif data.get("first_day"):
            data["last_day"] = data.get("last_day") or data["first_day"]
            if data["last_day"] < data["first_day"]:
                self.add_error("last_day", _("最後の日は、最初の日かそれより後にしてください。"))
            elif data["last_day"] < clock.today():
                self.add_error(
                    "first_day", _("過ぎた日の休館は変えられません。今日より後の日を選んでください。")
                )
        return data

    @property
    def stretch(self) -> Stretch:
        data = self.cleaned_data
        return Stretch(data["first_day"], data.get("last_day"), data["begins"], data["ends"])


class ApprovalForm(OverridesRules):
    """A yes, and what the group must keep to for it."""

    field_order = ("condition",)

    condition = forms.CharField(
        label=_("条件"),
        max_length=300,
        required=False,
        help_text=_("団体へのメールと予約のページに、このまま出ます。例：17時までに机を元に戻してください。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class ChangeForm(BookingForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("理由"), max_length=200, help_text=_("団体へのメールに、このまま出ます。")
    )
