"""Partials in Jinja2 keep the rules of Django's templates."""

import jinja2
import pytest
from django.template import engines

from kyodo import drawing


def environment() -> jinja2.Environment:
    made: jinja2.Environment = engines["jinja2"].env
    return made


def test_every_partial_can_be_read() -> None:
    names = environment().list_templates()

    assert "components/field.html" in names
    for name in names:
        environment().get_template(name)


def test_what_a_partial_shows_is_escaped() -> None:
    drawn = drawing.draw_macro("components/widgets.html", "options", [("<", "\"><script>'&")], "")

    assert drawn == '<option value="&lt;">&#34;&gt;&lt;script&gt;&#39;&amp;</option>'


def test_a_misspelt_name_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        drawing.draw("spaces/times.html", row=[])
