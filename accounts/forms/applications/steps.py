"""What each page of the registration wizard asks. A form knows how to read itself into answers for the action."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actions.applications.papers import Paper
from accounts.actions.applications.writing import PartyEntry
from accounts.forms.applications.fields import GroupKanaField, PapersField, WardsField
from accounts.models import Application, Document, Group
from accounts.rules import steps
from accounts.rules.papers import ACCEPT
from accounts.rules.steps import Step
from kyodo import clock, forms
from kyodo.centre.hours import opening_days
from kyodo.centre.models import ActivityField
from kyodo.forms import CHARACTERS_LEFT, MomentField, MomentWidget, PhoneField

PARTY_ROWS = 3


class StepForm(forms.Form):
    """`answers()` may also be asked of a form with errors: it gives what was right, for a draft left half way."""

    step: ClassVar[Step]

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        columns = [name for name in cls.base_fields if name in steps.PROFILE_COLUMNS]
        return {name: getattr(profile, name) for name in columns}

    def answers(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


class KindForm(StepForm):
    step = Step.KIND

    kind = forms.ChoiceField(
        label=_("どちらで登録しますか"),
        choices=[
            (Application.Kind.SINGLE, _("団体：1つの団体として登録する")),
            (
                Application.Kind.PROJECT_TEAM,
                _("プロジェクトチーム：いくつかの団体・企業などが組んで登録する"),
            ),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = self.data if self.is_bound else self.initial
        self.rows = rows_in(typed)
        for row in range(self.rows):
            number = row + 1
            self.fields[f"party_name_{row}"] = forms.CharField(
                label=gettext("構成団体%(number)sの名前") % {"number": number}, max_length=100, required=False
            )
            self.fields[f"party_role_{row}"] = forms.CharField(
                label=gettext("構成団体%(number)sの役割") % {"number": number}, max_length=100, required=False
            )

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        initial: dict[str, Any] = {"kind": profile.kind}
        for row, party in enumerate(profile.parties.all()):
            initial |= {f"party_name_{row}": party.name, f"party_role_{row}": party.role}
        return initial

    @property
    def party_fields(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"party_name_{row}"], self[f"party_role_{row}"]) for row in range(self.rows)]

    @property
    def may_grow(self) -> bool:
        return self.rows < steps.PARTIES_MAX

    def grown(self) -> "KindForm":
        """The same with another row, everything typed kept and nothing complained of yet."""
        typed: dict[str, Any] = {}
        for name, field in self.fields.items():
            if isinstance(field, forms.ModelMultipleChoiceField) and isinstance(self.data, QueryDict):
                typed[name] = self.data.getlist(name)
            else:
                typed[name] = self.data.get(name, "")
        return type(self)(initial=typed | {"rows": min(self.rows + 1, steps.PARTIES_MAX)})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for row in range(self.rows):
            if data.get(f"party_role_{row}") and not data.get(f"party_name_{row}"):
                self.add_error(f"party_name_{row}", _("名前を書いてください。"))
        try:
            steps.check_parties(data.get("kind", ""), [party.name for party in self._parties()])
        except ValidationError as error:
            self.add_error("party_name_0", error)
        return data

    def _parties(self) -> list[PartyEntry]:
        data = self.cleaned_data
        entries = (
            PartyEntry(data.get(f"party_name_{row}", ""), data.get(f"party_role_{row}", ""))
            for row in range(self.rows)
        )
        return [entry for entry in entries if entry.name]

    def answers(self) -> dict[str, Any]:
        kind = self.cleaned_data.get("kind")
        answers: dict[str, Any] = {"kind": kind} if kind else {}
        # A single group has no parties, even if some were typed before the choice changed.
        return answers | {"parties": self._parties() if kind != Application.Kind.SINGLE else []}


def rows_in(typed: Mapping[str, Any]) -> int:
    """How many rows of parties to show: what was asked for, never fewer than what is filled in."""
    filled = [row + 1 for row in range(steps.PARTIES_MAX) if typed.get(f"party_name_{row}")]
    asked = str(typed.get("rows") or 0)[:3]
    wanted = max(PARTY_ROWS, int(asked) if asked.isascii() and asked.isdigit() else 0, *(filled or [0]))
    return min(wanted, steps.PARTIES_MAX)


class ProfileForm(StepForm):
    step = Step.PROFILE

    name = forms.CharField(label=_("団体名"), max_length=100)
    name_kana = GroupKanaField(
        label=_("団体名のふりがな"),
        max_length=150,
        help_text=_("「NPO法人」などの読みは書かなくてかまいません。"),
    )
    legal_form = forms.ChoiceField(label=_("法人格など"), choices=Application.LegalForm.choices)
    founded_on = forms.DateField(
        label=_("設立日"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("はっきりしないときは空のままでかまいません。"),
    )
    purpose = forms.CharField(
        label=_("活動の目的"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": CHARACTERS_LEFT}),
        help_text=_(
            "だれの、どんなことのために活動していますか。場所の利用は、この目的に沿ったものに限ります。"
        ),
    )
    activities = forms.CharField(
        label=_("ふだんの活動"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": CHARACTERS_LEFT}),
        help_text=_("例：毎月第2土曜に、公園の清掃と花壇の手入れ"),
    )
    fields_of_activity = forms.ModelMultipleChoiceField(
        label=_("活動分野"),
        queryset=ActivityField.objects.everyday(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("あてはまるものをすべて選んでください。"),
        error_messages={"required": _("1つ以上選んでください。")},
    )
    wards = WardsField(
        label=_("活動する区"),
        help_text=_("おもに活動する区をすべて選んでください。"),
        error_messages={"required": _("1つ以上選んでください。")},
    )
    website = forms.URLField(
        label=_("ウェブサイト"),
        required=False,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        relations = {"fields_of_activity": profile.fields.all(), "wards": profile.wards.all()}
        return super().initial_from(profile) | relations

    def clean_founded_on(self) -> Any:
        steps.check_founded(self.cleaned_data["founded_on"])
        return self.cleaned_data["founded_on"]

    def answers(self) -> dict[str, Any]:
        return _renamed(super().answers())


def _renamed(answers: dict[str, Any]) -> dict[str, Any]:
    """A form has a `fields` of its own."""
    if "fields_of_activity" in answers:
        answers["fields"] = answers.pop("fields_of_activity")
    return answers


class MembersForm(StepForm):
    step = Step.MEMBERS

    members_count = forms.IntegerField(
        label=_("会員数"),
        min_value=1,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("会費を払う人や、活動に加わる人の数です。"),
    )
    members_in_city_count = forms.IntegerField(
        label=_("うち市内に在住・在勤・在学の人数"),
        min_value=0,
        max_value=1_000_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text=_("市域に根ざした団体であること（属市域性）を確かめるためにお聞きします。"),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        try:
            steps.check_members(data.get("members_count"), data.get("members_in_city_count"))
        except ValidationError as error:
            self.add_error("members_in_city_count", error)
        return data


class ContactForm(StepForm):
    step = Step.CONTACT

    contact_name = forms.CharField(
        label=_("連絡担当者のお名前"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact_email = forms.EmailField(
        label=_("連絡先メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    contact_phone = PhoneField(
        label=_("連絡先電話番号"), help_text=_("日中につながる番号。ヒアリングの日時の相談に使います。")
    )
    postal_address = forms.CharField(
        label=_("連絡先住所"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )


class WithPapers(forms.Form):
    """The papers of an application, each kind one field that takes several files."""

    bylaws = PapersField(label=_("定款・会則・規約"), required=False)
    plan = PapersField(label=_("活動計画"), required=False)
    report = PapersField(
        label=_("前年度の活動報告"), required=False, help_text=_("できたばかりの団体は、なくてかまいません。")
    )
    other = PapersField(label=_("その他の書類"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in Document.Kind:
            self.fields[kind.value].widget.attrs["accept"] = ACCEPT

    @property
    def papers_fields(self) -> list[forms.BoundField]:
        return [self[kind.value] for kind in Document.Kind]

    def papers(self) -> list[Paper]:
        return [
            Paper(kind.value, accepted)
            for kind in Document.Kind
            for accepted in self.cleaned_data.get(kind.value) or []
        ]


class PapersForm(WithPapers, StepForm):
    step = Step.PAPERS
    field_order = ("bylaws", "wants_model_bylaws")

    wants_model_bylaws = forms.BooleanField(
        label=_("まだない：会則のひな型を送ってほしい"),
        required=False,
        help_text=_(
            "受付のメールで、ひな型のページをお知らせします。会則はヒアリングまでに一緒に考えられます。"
        ),
    )

    def __init__(self, *args: Any, needs_bylaws: bool = False, **kwargs: Any) -> None:
        """`needs_bylaws`: the group has handed in none yet and isn't one whose bylaws the city holds."""
        super().__init__(*args, **kwargs)
        self.needs_bylaws = needs_bylaws

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        wants = isinstance(profile, Application) and profile.wants_model_bylaws
        return {"wants_model_bylaws": wants}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        has_answer = data.get("bylaws") or data.get("wants_model_bylaws") or "bylaws" in self.errors
        if self.needs_bylaws and not has_answer:
            self.add_error(
                "bylaws",
                ValidationError(
                    _("ファイルを選ぶか、下の「会則のひな型を送ってほしい」を選んでください。"), code="bylaws"
                ),
            )
        return data

    def answers(self) -> dict[str, Any]:
        return {"wants_model_bylaws": self.cleaned_data.get("wants_model_bylaws", False)}


class HearingForm(StepForm):
    step = Step.HEARING

    hearing_way = forms.ChoiceField(
        label=_("ヒアリングの方法"),
        choices=Application.HearingWay.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("1つ選んでください。")},
    )
    wish_1 = MomentField(days_ahead=steps.HEARING_DAYS_AHEAD, label=_("第1希望"))
    wish_2 = MomentField(days_ahead=steps.HEARING_DAYS_AHEAD, label=_("第2希望"))
    wish_3 = MomentField(days_ahead=steps.HEARING_DAYS_AHEAD, label=_("第3希望"))

    WISHES: ClassVar[tuple[str, ...]] = ("wish_1", "wish_2", "wish_3")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The clock times at which a hearing may begin on some day ahead; that it may on the chosen one is asked below."""
        super().__init__(*args, **kwargs)
        today = clock.today()
        days = opening_days(today, today + timedelta(days=steps.HEARING_DAYS_AHEAD))
        times = steps.hearing_times(days.values())
        for name in self.WISHES:
            widget = self.fields[name].widget
            if times and isinstance(widget, MomentWidget):
                widget.offer(times)

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        if not isinstance(profile, Application):
            return {}
        wishes = {f"wish_{wish.rank}": wish.begins_at for wish in profile.hearing_wishes.all()}
        return {"hearing_way": profile.hearing_way, **wishes}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        wishes = {name: data[name] for name in self.WISHES if data.get(name)}
        # Days out of reach are refused as such: a year typed as 9999 must not make us look through all till then.
        today = clock.today()
        reach = (today, today + timedelta(days=steps.HEARING_DAYS_AHEAD))
        days = sorted(wish.date() for wish in wishes.values() if reach[0] <= wish.date() <= reach[1])
        hours = opening_days(days[0], days[-1]) if days else {}
        for name, wish in wishes.items():
            try:
                steps.check_wish(wish, hours.get(wish.date()))
            except ValidationError as error:
                self.add_error(name, error)
        self._check_differ(wishes)
        return data

    def _check_differ(self, wishes: Mapping[str, datetime]) -> None:
        seen: set[datetime] = set()
        for name, wish in wishes.items():
            if wish in seen:
                self.add_error(
                    name, ValidationError(_("ほかの希望と違う日時を選んでください。"), code="same_wish")
                )
            seen.add(wish)

    def answers(self) -> dict[str, Any]:
        wishes = [self.cleaned_data[name] for name in self.WISHES if self.cleaned_data.get(name)]
        return {"hearing_way": self.cleaned_data.get("hearing_way", ""), "wishes": wishes}


FORMS: Mapping[Step, type[StepForm]] = {
    form.step: form for form in (KindForm, ProfileForm, MembersForm, ContactForm, PapersForm, HearingForm)
}
