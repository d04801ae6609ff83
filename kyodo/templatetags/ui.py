"""Small pieces that every page draws. Anything with more than a line of markup is a partial in templates/components/."""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.core.paginator import Page
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kyodo import drawing
from kyodo.icons import icon

register = template.Library()

# The parts of the site that the navigation marks as the one you are in.
SECTIONS = ("spaces", "groups", "consult")


@register.simple_tag
def constant(template_name: str, section: str = "", who: str = "") -> SafeString:
    """A partial that depends on nothing but its arguments, drawn once per process: half the cost of a small page.

    {% constant "components/_nav.html" section=section %}. No data, no request, no user inside: they would leak
    from one visitor's page into another's. Both arguments come from the two filters below, so there are few of them.
    """
    language = get_language()
    if settings.DEBUG:
        return _drawn.__wrapped__(template_name, section, who, language)
    return _drawn(template_name, section, who, language)


@cache
def _drawn(template_name: str, section: str, who: str, language: str | None) -> SafeString:
    return render_to_string(template_name, {"section": section, "who": who})


@register.filter
def section(path: str) -> str:
    """The part of the site an address lies in, as far as the navigation names it."""
    first = str(path).strip("/").partition("/")[0]
    return first if first in SECTIONS else ""


@register.filter
def standing(user: Any) -> str:
    """What the frame shows depends on: nobody signed in, a person, a ward centre's officer, or the centre's staff."""
    if not getattr(user, "is_authenticated", False):
        return ""
    if user.is_staff:
        return "staff"
    return "ward" if user.is_ward_officer else "person"


register.simple_tag(icon)


@register.simple_tag(name="draw")
def draw_partial(name: str, **context: Any) -> SafeString:
    """A partial in Jinja2, which sees what it is given and nothing else: {% draw "spaces/times.html" rows=table.rows %}"""
    return drawing.draw(name, **context)


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], selected: str | None) -> SafeString:
    """The options of a long select that a page writes itself."""
    return drawing.draw_macro("components/widgets.html", "options", choices, selected)


@register.simple_tag
def tags(names: Iterable[str], picture: str = "") -> SafeString:
    """Small labels, fields or wards, as items of a list: <ul class="tags">{% tags entry.wards "map-pin" %}</ul>"""
    return drawing.draw_macro("components/widgets.html", "tags", names, picture)


@register.filter
def page_numbers(page: Page[Any]) -> Iterator[str | int]:
    """The pages to link around this one: 1 … 4 5 6 … 20."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


# In this order: Edge and Opera also say Chrome, and all of them say Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
)


@register.filter
def device_name(user_agent: str) -> str:
    """A browser's long name of itself in words a person knows: 「iPhone（Safari）」"""
    device = next((name for mark, name in DEVICES if mark in user_agent), _("パソコン"))
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    return f"{device}（{browser}）" if browser else device
