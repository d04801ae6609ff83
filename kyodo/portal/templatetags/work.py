"""`{% load work %}{% todays_work %}`: what the first screen of the admin shows above Django's list."""

from typing import Any

from django import template

from kyodo.portal.queries import work

register = template.Library()


@register.inclusion_tag("admin/_todays_work.html", takes_context=True)
def todays_work(context: template.Context) -> dict[str, Any]:
    return {"work": work.todays_work(context["user"]), "perms": context["perms"]}
