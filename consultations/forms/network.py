from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from consultations.actions.files import MOST_BYTES
from consultations.models import MeetingMaterial, NetworkMeeting
from kyodo import files, forms


def moment(label: Any) -> forms.DateTimeField:
    """One field with its label, where the admin's own would be two without."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    invalid = _("日時を 2026-11-20 13:00 のように書いてください。")
    return forms.DateTimeField(label=label, widget=widget, error_messages={"invalid": invalid})


class MeetingForm(forms.ModelForm):  # type: ignore[type-arg]
    begins_at = moment(_("開始"))
    ends_at = moment(_("終了"))

    class Meta:
        model = NetworkMeeting
        fields = ("title", "begins_at", "ends_at", "place", "agenda")


class MaterialForm(forms.ModelForm):  # type: ignore[type-arg]
    """A paper of a meeting: judged by what is in it, as everything that people hand in."""

    file = forms.FileField(
        label=_("ファイル"),
        widget=forms.FileInput,
        help_text=format_lazy(_("{types}。1つ20MBまで。"), types=files.DOCUMENTS_IN_WORDS),
    )
    name = forms.CharField(
        label=_("名前"),
        max_length=files.NAME_LENGTH,
        required=False,
        help_text=_("空にすると、ファイルの名前になります。"),
    )

    class Meta:
        model = MeetingMaterial
        fields = ("file", "name")

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if not isinstance(given, UploadedFile):
            return given
        accepted = files.accept(given, max_bytes=MOST_BYTES)
        accepted.content.name = accepted.stored_name
        self.instance.content_type = accepted.content_type
        self.given_name = accepted.name
        return accepted.content

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("name"):
            data["name"] = getattr(self, "given_name", "") or self.instance.name
        return data
