"""What is asked beside the question itself, by what it is about. The answers stand in the text, each on a line."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation
from consultations.models.specialists import Profession
from kyodo import forms

Kind = Consultation.Kind
PREFIX = "extra_"

STAGES = [
    ("idea", _("考えはじめたところ")),
    ("people", _("仲間がいる")),
    ("running", _("もう動きはじめている")),
]
MATTERS = [
    ("money", _("お金・助成金")),
    ("accounts", _("会計・税")),
    ("rules", _("会則・総会・法人のこと")),
    ("people", _("人・役割の分けかた")),
    ("publicity", _("広報・参加者あつめ")),
    ("other", _("そのほか")),
]
PLANS = [
    ("none", _("まだない")),
    ("writing", _("書いている")),
    ("written", _("できている")),
]


def _one_of(label: Any, choices: Any, **options: Any) -> forms.Field:
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, **options)


def _words(label: Any, **options: Any) -> forms.Field:
    return forms.CharField(label=label, max_length=200, **options)


def _professions() -> forms.Field:
    return _one_of(
        _("どの専門家に聞きたいですか"),
        [*Profession.choices, ("unknown", _("わからない"))],
        error_messages={"required": _("1つ選んでください。迷うときは「わからない」で大丈夫です。")},
    )


FIELDS: Mapping[str, Mapping[str, Callable[[], forms.Field]]] = {
    Kind.START: {
        "stage": lambda: _one_of(_("いまは、どのあたりですか"), STAGES, required=False),
    },
    Kind.RUN: {
        "matters": lambda: forms.MultipleChoiceField(
            label=_("どんなことですか"),
            choices=MATTERS,
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=_("いくつでも選べます。"),
        ),
    },
    Kind.PARTNER: {
        "partner": lambda: _words(
            _("どんな相手をさがしていますか"), help_text=_("例：空き店舗のある商店会、子どもと遊べる学生")
        ),
        "until": lambda: _words(
            _("いつごろまでに"), required=False, help_text=_("例：来年の夏まで。決まっていなければ空のまま。")
        ),
    },
    Kind.PROPOSE: {
        "office": lambda: _words(
            _("市のどの部署と取り組みたいですか"),
            required=False,
            help_text=_("もう話した部署があれば、それも書いてください。わからなければ空のまま。"),
        ),
        "plan": lambda: _one_of(_("計画や企画書はありますか"), PLANS, required=False),
    },
    Kind.SPECIALIST: {"profession": _professions},
    Kind.OTHER: {},
}


OF_OFFICES: Mapping[str, Callable[[], forms.Field]] = {
    "office": lambda: _words(
        _("どんな団体や会社と取り組みたいですか"),
        required=False,
        help_text=_("もう話した相手があれば、それも書いてください。わからなければ空のまま。"),
    ),
}
"""Asked of an office in place of what citizens and companies are asked: it is the city's department itself."""


def fields_for(kind: str, audience: str) -> dict[str, forms.Field]:
    asked = dict(FIELDS[kind])
    if audience == Consultation.Audience.PUBLIC_OFFICE:
        asked |= {name: make for name, make in OF_OFFICES.items() if name in asked}
    return {f"{PREFIX}{name}": make() for name, make in asked.items()}


def answers(form: forms.Form) -> Iterator[tuple[str, str]]:
    """What was asked and answered, in words; what was left empty is left out."""
    for name, field in form.fields.items():
        answer = form.cleaned_data.get(name)
        if name.startswith(PREFIX) and answer:
            yield str(field.label), _in_words(field, answer)


def with_answers(text: str, form: forms.Form) -> str:
    lines = [
        gettext("■ %(asked)s：%(answer)s") % {"asked": asked, "answer": answer}
        for asked, answer in answers(form)
    ]
    return "\n".join([text.strip(), "", *lines]) if lines else text.strip()


def _in_words(field: forms.Field, answer: Any) -> str:
    chosen = answer if isinstance(answer, list) else [answer]
    if isinstance(field, forms.ChoiceField):
        labels = {str(value): str(label) for value, label in field.choices}  # type: ignore[misc, union-attr]
        chosen = [labels[one] for one in chosen]
    return "、".join(chosen).strip()
