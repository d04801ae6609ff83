"""What staff write into a consultation: a note, a talk, a reply."""

import re
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from consultations.models import CannedReply, Consultation, Entry
from kyodo import clock, forms
from kyodo.files import DOCUMENTS_IN_WORDS
from kyodo.forms import DayField, SeveralFilesField

FILES_HINT = format_lazy(_("{types}。1つ20MBまで、5つまで。"), types=DOCUMENTS_IN_WORDS)
EMPTY = {"required": _("内容を書いてください。")}


class NoteForm(forms.Form):
    """For staff alone."""

    note = forms.CharField(
        label=_("職員メモ"),
        max_length=Entry.LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "職員だけが読みます。＠に続けて同僚の名前を書くと、その人にメールで知らせます（メモの文は送りません）。"
        ),
    )
    files = SeveralFilesField(  # type: ignore[assignment]
        label=_("ファイル"), required=False, help_text=FILES_HINT
    )


TALKS = [one for one in Consultation.Channel.choices if one[0] != Consultation.Channel.WEB]


class TalkForm(forms.Form):
    channel = forms.ChoiceField(label=_("方法"), choices=TALKS)
    is_reached = forms.TypedChoiceField(
        label=_("話せましたか"),
        choices=[("yes", _("話せた")), ("no", _("つながらなかった"))],
        coerce=lambda value: value == "yes",
        error_messages={"required": _("話せたかどうかを選んでください。")},
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("話したこと"),
        max_length=Entry.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages=EMPTY,
    )
    minutes = forms.IntegerField(label=_("かかった時間（分）"), min_value=1, max_value=600, required=False)
    on = DayField(label=_("日にち"), required=False, help_text=_("空なら、いま"))
    at = forms.TimeField(
        label=_("時刻"),
        required=False,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": _("時刻を 13:30 のように書いてください。")},
    )
    next_step = forms.CharField(label=_("次にすること"), max_length=200, required=False)
    follow_up_on = DayField(label=_("様子をたずねる日"), required=False)

    @property
    def happened_at(self) -> datetime | None:
        """None is just now; a former day without its hour is noon."""
        day, at = self.cleaned_data["on"] or clock.today(), self.cleaned_data["at"]
        if at is None and day == clock.today():
            return None
        return clock.at(day, at or time(12))


class AddressesField(forms.CharField):
    """Up to three addresses; typed with spaces or commas between, each one once."""

    MOST = 3

    def clean(self, value: Any) -> list[str]:
        typed = re.split(r"[\s,、，;；]+", super().clean(value))
        given = list(dict.fromkeys(self._address(one) for one in typed if one))
        if len(given) > self.MOST:
            raise ValidationError(
                _("写しは%(limit)sつまでです。"), code="too_many", params={"limit": self.MOST}
            )
        return given

    def _address(self, typed: str) -> str:
        try:
            return str(forms.EmailField().clean(typed))
        except ValidationError as refusal:
            sentence = _("「%(address)s」は、メールアドレスの形ではありません。")
            raise ValidationError(sentence, code="address", params={"address": typed}) from refusal


class ReplyForm(forms.Form):
    message = forms.CharField(
        label=_("相談者へ送る文"),
        max_length=Entry.LONGEST,
        error_messages=EMPTY,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("次の画面で、届くメールをそのまま見てから送ります。"),
    )
    canned = forms.ModelChoiceField(
        label=_("定型文"), queryset=CannedReply.objects.none(), required=False, empty_label=_("選ぶ")
    )
    files = SeveralFilesField(  # type: ignore[assignment]
        label=_("ファイル"), required=False, help_text=FILES_HINT
    )
    copies_to = AddressesField(
        label=_("写しを送る相手（Cc）"),
        required=False,
        help_text=_(
            "メールアドレスを、空白かコンマで区切って3つまで。同じメールが届き、相談者にも写しのことが書かれます。"
        ),
    )
    waits_for_answer = forms.BooleanField(label=_("送ったら、相談者の返事を待つ"), required=False)

    def __init__(self, *args: Any, canned: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        # A canned text goes into an empty reply as well, and a file out of one.
        self.fields["message"].required = self.is_whole
        field: Any = self.fields["canned"]
        field.queryset = CannedReply.objects.none() if canned is None else canned

    @property
    def inserts(self) -> bool:
        """The canned text was pressed, not the way to the preview."""
        return "insert" in self.data

    @property
    def is_whole(self) -> bool:
        """Handed in to be looked at: its writer goes on typing otherwise."""
        return not self.inserts and "remove" not in self.data
