"""Everything a group says of itself on one page: renewal, change, and an application on paper typed in by staff."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.forms.applications.steps import (
    ContactForm,
    KindForm,
    MembersForm,
    ProfileForm,
    StepForm,
    WithPapers,
)
from accounts.models import Application, Group
from accounts.rules import steps
from kyodo import forms
from kyodo.forms import CHARACTERS_LEFT

PARTS: tuple[type[StepForm], ...] = (KindForm, ProfileForm, MembersForm, ContactForm)


class WholeForm(KindForm, ProfileForm, MembersForm, ContactForm):
    PROFILE: ClassVar[tuple[str, ...]] = tuple(ProfileForm.base_fields)
    MEMBERS: ClassVar[tuple[str, ...]] = tuple(MembersForm.base_fields)
    CONTACT: ClassVar[tuple[str, ...]] = tuple(ContactForm.base_fields)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # As the page is read, so that the list of errors goes down the page.
        parties = [name for name in self.fields if name.startswith("party_")]
        self.order_fields(["change_note", *self.PROFILE, "kind", *parties, *self.MEMBERS, *self.CONTACT])

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        return {name: value for part in PARTS for name, value in part.initial_from(profile).items()}

    def answers(self) -> dict[str, Any]:
        data = self.cleaned_data
        own = {name: data[name] for name in (*steps.PROFILE_COLUMNS, "wards") if name in data}
        return own | {"fields": data["fields_of_activity"]} | KindForm.answers(self)

    @property
    def profile_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.PROFILE]

    @property
    def members_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.MEMBERS]

    @property
    def contact_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.CONTACT]


class RenewalForm(WholeForm, WithPapers):
    """Renewal and change: prefilled with what the centre knows; the representative mends what is different."""

    change_note = forms.CharField(
        label=_("変わったこと"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": CHARACTERS_LEFT}),
        help_text=_("例：代表が替わりました。活動の場を広げました。なければ空のままでかまいません。"),
    )

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        note = profile.change_note if isinstance(profile, Application) else ""
        return super().initial_from(profile) | {"change_note": note}

    def answers(self) -> dict[str, Any]:
        return super().answers() | {"change_note": self.cleaned_data["change_note"]}


class PaperApplicationForm(WholeForm, WithPapers):
    """For the window: an address is not everybody's, and the hearing is agreed on the spot or by phone."""

    wants_model_bylaws = forms.BooleanField(label=_("会則のひな型がほしい"), required=False)
    hearing_way = forms.ChoiceField(
        label=_("ヒアリングの希望"),
        choices=[("", _("聞いていない")), *Application.HearingWay.choices],
        required=False,
    )
    staff_note = forms.CharField(
        label=_("職員メモ"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("申請した人には見えません。ヒアリングの希望日時などを書きます。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_email"].required = False
        self.fields["contact_email"].help_text = _("なければ空のまま。お知らせは電話でします。")

    @classmethod
    def initial_from(cls, profile: Application | Group) -> dict[str, Any]:
        own = {}
        if isinstance(profile, Application):
            own = {
                name: getattr(profile, name) for name in ("wants_model_bylaws", "hearing_way", "staff_note")
            }
        return super().initial_from(profile) | own

    def answers(self) -> dict[str, Any]:
        own = {name: self.cleaned_data[name] for name in ("wants_model_bylaws", "hearing_way", "staff_note")}
        return super().answers() | own
