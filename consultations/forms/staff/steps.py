"""What staff type when they take a step. None of these forms saves anything; the actions decide."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consultations.models import Consultation
from kyodo import forms
from kyodo.forms import CHARACTERS_LEFT, DayField

Outcome = Consultation.Outcome
# The others come of steps of their own: "same as", and the person's own withdrawal.
OUTCOMES = [one for one in Outcome.choices if one[0] != Outcome.DUPLICATE]


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("担当"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("担当なし（受付にもどす）"),
    )

    def __init__(self, *args: Any, colleagues: Iterable[User] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["to"]
        field.queryset = User.objects.filter(pk__in=[one.pk for one in colleagues]).order_by(
            "name_kana", "pk"
        )


class StartForm(forms.Form):
    next_step = forms.CharField(label=_("次にすること"), max_length=200, required=False)


class WaitForm(forms.Form):
    waiting_for = forms.ChoiceField(
        label=_("だれの返事を待ちますか"),
        choices=Consultation.WaitingFor.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("だれの返事を待つかを選んでください。")},
    )
    follow_up_on = DayField(label=_("様子をたずねる日"), required=False)


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("結果"),
        choices=[("", _("選んでください")), *OUTCOMES],
        error_messages={"required": _("結果を選んでください。")},
    )
    outcome_text = forms.CharField(
        label=_("結果の説明"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "data-count": CHARACTERS_LEFT}),
        help_text=_(
            "相談者が相談のページで読みます。メールでは送りません。職員だけの記録は、職員メモに書いてください。"
        ),
        error_messages={"required": _("結果を文で書いてください。")},
    )


class NothingForm(forms.Form):
    """A step that asks for nothing but a press."""


class TagForm(forms.Form):
    name = forms.CharField(
        label=_("タグ"),
        max_length=30,
        error_messages={"required": _("タグを書いてください。")},
    )


class ReferenceForm(forms.Form):
    """Another consultation, by its reference as it is read out."""

    reference = forms.CodeField(
        label=_("相手の受付番号"),
        max_length=40,
        error_messages={"required": _("受付番号を書いてください。")},
    )


class LockOutForm(forms.Form):
    user = forms.ModelChoiceField(
        label=_("見られなくする職員"),
        queryset=User.objects.none(),
        empty_label=_("選んでください"),
        error_messages={"required": _("職員を選んでください。")},
    )
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        help_text=_("例：親族の相談のため"),
        error_messages={"required": _("理由を書いてください。")},
    )

    def __init__(self, *args: Any, colleagues: Iterable[User] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["user"]
        field.queryset = User.objects.filter(pk__in=[one.pk for one in colleagues]).order_by(
            "name_kana", "pk"
        )
