"""Widgets drawn in Jinja2 are those that Django's templates write."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.test.html import parse_html
from django.utils.safestring import mark_safe

from kyodo import forms as house
from kyodo.forms import Renderer

SHARP = "\"><script>'&"
CHOICES = [
    ("", "選んでください"),
    ("a", "あ & い"),
    (1, SHARP),
    ("組", [("x", "中"), ("y", mark_safe("<b>そと</b>"))]),
]

WIDGETS = [
    forms.TextInput(attrs={"required": True, "data-off": False, "data-text": SHARP}),
    forms.EmailInput(),
    forms.NumberInput(attrs={"min": 1}),
    forms.HiddenInput(),
    forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    forms.TimeInput(),
    forms.URLInput(),
    forms.PasswordInput(),
    forms.CheckboxInput(),
    forms.FileInput(),
    forms.Textarea(attrs={"rows": 3}),
    forms.Select(choices=CHOICES),
    forms.RadioSelect(choices=CHOICES, attrs={"class": "wide"}),
    forms.CheckboxSelectMultiple(choices=CHOICES),
    forms.ClearableFileInput(),
    forms.SelectMultiple(choices=CHOICES),
]
VALUES = [None, "", "a", SHARP, 1, True, date(2026, 11, 20), ["a", "1"], mark_safe("<i>")]


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_widget_is_the_one_of_the_template(widget: forms.Widget, value: Any) -> None:
    for attrs in ({}, {"id": "id_one", "aria-invalid": "true"}):
        ours = widget.render("one", value, attrs, renderer=Renderer())
        theirs = widget.render("one", value, attrs, renderer=TemplatesSetting())

        assert parse_html(ours) == parse_html(theirs)


def test_what_is_drawn_here_is_what_the_site_asks_with() -> None:
    drawn = {widget.template_name for widget in WIDGETS} & set(house.WIDGETS)

    assert drawn == set(house.WIDGETS)
