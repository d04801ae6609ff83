"""Small pieces that every page draws. Anything with more than a line of markup is a partial in templates/components/."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A picture beside words, silent for a screen reader: {% icon "calendar" %}. Names: static/icons/sprite.svg."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("icons/sprite.svg"), name
    )


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
