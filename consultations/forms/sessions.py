"""What staff type while they lead a session with a specialist from the request to its result."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from consultations.actions.specialists import Meeting
from consultations.forms.consent import ConsentForm
from consultations.models import Consultation, SpecialistSession
from consultations.models.specialists import Profession, Way
from consultations.queries.matching import WAY_OF_WISH, Candidate
from consultations.queries.sessions import SessionPage
from kyodo import dates, forms
from kyodo.forms import CHARACTERS_LEFT, MomentField
from spaces.models import Unit

DAYS_AHEAD = 120
LENGTHS = (30, 45, 60, 90, 120)
USUAL_LENGTH = 60
NOTE_LONGEST = 2000


class VersionForm(forms.Form):
    """Every step says which state of the session was on the screen."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class RequestForm(forms.Form):
    profession = forms.ChoiceField(
        label=_("どの資格の人に相談しますか"),
        choices=Profession.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("資格を選んでください。")},
    )


class HearingForm(VersionForm):
    prefix = "hear"

    profession = forms.ChoiceField(label=_("資格"), choices=Profession.choices)
    hearing_note = forms.CharField(
        label=_("聞き取ったこと"),
        max_length=NOTE_LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "data-count": CHARACTERS_LEFT}),
        help_text=_(
            "専門家が読むのはこれだけです。名前・連絡先・だれのことか分かる事情は書かないでください。"
        ),
        error_messages={"required": _("聞き取ったことを書いてください。")},
    )


class MatchForm(ConsentForm, VersionForm):
    """A specialist, with one of their free times or without, and how we know that the person agrees."""

    prefix = "match"

    choice = forms.ChoiceField(
        label=_("だれに頼みますか"), error_messages={"required": _("専門家を選んでください。")}
    )
    field_order = ("version", "choice")

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["consent_text"].help_text = _(
            "例：専門家へ相談の要点を伝え、日時が決まったら名前を伝えること"
        )
        choice = self.fields["choice"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101
        self._chosen = {
            key: (one.specialist, slot)
            for one in candidates
            for key, slot in [
                (f"{one.specialist.pk}", None),
                *((f"{one.specialist.pk}-{slot.pk}", slot) for slot in one.slots),
            ]
        }
        choice.choices = [(key, key) for key in self._chosen]

    @property
    def picked(self) -> dict[str, Any]:
        """The specialist and the time, as the action takes them."""
        specialist, slot = self._chosen[self.cleaned_data["choice"]]
        return {"specialist": specialist, "slot": slot}


class UnitsField(forms.ModelMultipleChoiceField[Unit]):
    """Places of the centre, each with what has it on the day that is looked at."""

    taken: Mapping[int, str] = {}

    def label_from_instance(self, unit: Any) -> str:
        words = self.taken.get(unit.pk)
        return f"{unit}{_t('（')}{words}{_t('）')}" if words else str(unit)


class FixForm(VersionForm):
    """Time, way and place."""

    prefix = "fix"

    begins_at = MomentField(label=_("日時"), days_ahead=DAYS_AHEAD)
    minutes = forms.TypedChoiceField(
        label=_("長さ"),
        choices=[(length, _("%(minutes)s分") % {"minutes": length}) for length in LENGTHS],
        coerce=int,
    )
    way = forms.ChoiceField(
        label=_("方法"),
        choices=Way.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("方法を選んでください。")},
    )
    units = UnitsField(
        label=_("センターで会う場所"),
        queryset=Unit.objects.order_by("pk"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("決めると、この時間の場所を確保します。"),
    )
    address = forms.CharField(
        label=_("オンライン会議のアドレス"),
        max_length=SpecialistSession._meta.get_field("place").max_length,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
    )

    def show_taken(self, day: date | None, taken: Mapping[int, str]) -> None:
        """Nobody chooses a place only to be told that it is taken."""
        field = self.fields["units"]
        assert isinstance(field, UnitsField)  # noqa: S101
        field.taken = taken
        if day is not None:
            told = _t("%(day)sの予約を、それぞれの後ろに出しています。決めると、この時間の場所を確保します。")
            field.help_text = told % {"day": dates.short_day(day)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("way") == Way.ON_SITE and not data.get("units") and "units" not in self.errors:
            self.add_error("units", _t("センターで会う場所を選んでください。"))
        if data.get("way") == Way.ONLINE and not data.get("address"):
            self.add_error("address", _t("オンライン会議のアドレスを書いてください。"))
        return data

    @property
    def meeting(self) -> Meeting:
        data = self.cleaned_data
        return Meeting(
            begins_at=data["begins_at"],
            ends_at=data["begins_at"] + timedelta(minutes=data["minutes"]),
            way=data["way"],
            units=list(data["units"]),
            address=data["address"],
        )


class FinishForm(VersionForm):
    prefix = "finish"

    outcome = forms.ChoiceField(
        label=_("結果"), choices=[("", _("選んでください")), *Consultation.Outcome.choices]
    )
    result = forms.CharField(
        label=_("話したこと、次にすること"), max_length=NOTE_LONGEST, widget=forms.Textarea(attrs={"rows": 6})
    )


def fix_initial(page: SessionPage) -> dict[str, Any]:
    """As it stands; before that, the time that was proposed or the first the specialist named."""
    session = page.session
    if session.begins_at and session.ends_at:
        minutes = int((session.ends_at - session.begins_at).total_seconds() // 60)
        units = list(session.hold.units.all()) if session.hold else []
        address = session.place if session.way == Way.ONLINE else ""
        return {
            "begins_at": session.begins_at,
            "minutes": minutes,
            "way": session.way,
            "units": units,
            "address": address,
        }
    named = page.offered[0] if page.offered else session.slot.begins_at if session.slot else None
    wished = WAY_OF_WISH.get(Consultation.Wish(session.consultation.wish))
    return {"begins_at": named, "minutes": USUAL_LENGTH, "way": wished}
