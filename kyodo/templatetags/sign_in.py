"""What the page of signing in says to whoever came there by a button."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django import template
from django_stubs_ext import StrPromise

from kyodo import access, unsent

register = template.Library()


@dataclass(frozen=True)
class Reason:
    words: StrPromise | None
    has_typed: bool
    """A form was set aside on the way (kyodo.unsent)."""


@register.simple_tag
def sign_in_reason(goal: str | None) -> Reason:
    goal = goal or ""
    return Reason(access.why_sign_in(goal), unsent.PARAMETER in parse_qs(urlsplit(goal).query))
