"""How every form is drawn: what a screen reader and a thumb need."""

import re

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string

from kyodo.portal.style_sheet import SampleForm


def drawn(form: forms.Form, name: str) -> str:
    return str(form[name].as_field_group())


def test_every_field_says_in_words_whether_it_is_needed() -> None:
    form = SampleForm()

    assert "必須" in drawn(form, "name")
    assert "任意" in drawn(form, "purpose")


def test_the_hint_belongs_to_its_field() -> None:
    field = drawn(SampleForm(), "name")

    assert 'aria-describedby="id_name_helptext"' in field
    assert 'id="id_name_helptext"' in field


def test_a_mistake_belongs_to_its_field() -> None:
    field = drawn(SampleForm({"name": ""}), "name")

    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="id_name_helptext id_name_error"' in field
    assert 'id="id_name_error"' in field


def test_choices_stand_in_a_fieldset_under_their_question() -> None:
    field = drawn(SampleForm({}), "kind")

    assert re.search(r'<fieldset aria-describedby="id_kind_error">\s*<legend>団体の種類', field)


def test_a_single_checkbox_stands_inside_its_label() -> None:
    assert re.search(
        r"<label[^>]*><input type=\"checkbox\"[^>]*><span>利用のきまり", drawn(SampleForm(), "agreed")
    )


def test_what_was_typed_stays() -> None:
    assert 'value="aoba@"' in drawn(SampleForm({"email": "aoba@"}), "email")


def test_every_line_of_the_summary_leads_to_a_field_that_is_there() -> None:
    page = str(SampleForm({"email": "aoba@"}))

    targets = re.findall(r'<a href="#([^"]+)">', page)
    assert len(targets) == 8
    assert [target for target in targets if f'id="{target}"' not in page] == []


def test_a_form_without_mistakes_has_no_summary() -> None:
    assert "error-summary" not in str(SampleForm())


class WholeForm(forms.Form):
    day = forms.DateField(label="日")
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("この時間は予約できません。")


def test_a_mistake_of_the_whole_form_and_of_a_hidden_field_is_told_at_the_top() -> None:
    summary = render_to_string(
        "components/_error_summary.html", {"form": WholeForm(QueryDict("day=2026-11-20"))}
    )

    assert "<li>この時間は予約できません。</li>" in summary
    assert "<li>入力してください。</li>" in summary
