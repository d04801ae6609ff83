"""`centre` in every template."""

import pytest
from django.template import RequestContext, Template
from django.test import RequestFactory

from tests.factories.centre import CentreFactory, usual_week

pytestmark = pytest.mark.django_db


def render(text: str) -> str:
    return Template(text).render(RequestContext(RequestFactory().get("/")))


def test_page_that_names_the_centre_twice_reads_it_once(django_assert_num_queries) -> None:
    CentreFactory(phone="045-671-4732")

    with django_assert_num_queries(1):
        page = render("{{ centre.name }} {{ centre.phone }}")

    assert page == "みなと市民協働推進センター 045-671-4732"


def test_page_that_never_names_it_asks_nothing(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        render("こんにちは")


def test_before_the_centre_is_loaded_pages_still_have_a_name() -> None:
    assert render("{{ centre.name }}{{ centre.phone }}") == "市民協働推進センター"


def test_change_shows_on_the_next_page() -> None:
    centre = CentreFactory()
    render("{{ centre.name }}")
    centre.name = "新しい名前"
    centre.save()

    assert render("{{ centre.name }}") == "新しい名前"


def test_usual_week_is_there_for_the_footer(django_assert_num_queries) -> None:
    usual_week()

    with django_assert_num_queries(1):
        page = render("{% for line in usual_week %}{{ line.days }} {{ line.text }};{% endfor %}")

    assert page == "平日 9:00-20:00;土・日・祝 9:00-17:00;"
