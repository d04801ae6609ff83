"""The list of everything there is, beside every page of the admin."""

from django import template
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kyodo.admin_site import place_of, standing

register = template.Library()

_drawn: dict[tuple[str, bool, str, str | None], SafeString] = {}


@register.simple_tag
def admin_menu(request: HttpRequest) -> SafeString:
    """Django's own list, drawn once per process for each role and each place in it: it was a third of a small page."""
    place = place_of(request.path)
    key = (*standing(request), place, get_language())
    if settings.DEBUG or key not in _drawn:
        context = {"app_list": admin.site.get_app_list(request), "request": {"path": place}}
        _drawn[key] = render_to_string("admin/app_list.html", context)
    return _drawn[key]
