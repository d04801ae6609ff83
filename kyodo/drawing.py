"""Partials in Jinja2: what loops on a page, and the parts of a form. Pages are Django's templates (docs/decisions/0025).

A page draws one with `{% draw "spaces/staff/day_rows.html" entries=sheet.entries %}`. They lie in the folder partials/, are
escaped as Django's are, and know `_("…")`, `icon(name)` and the house's dates as filters.
"""

from collections.abc import Callable, Hashable
from typing import Any

import jinja2
from django.conf import settings
from django.template import defaultfilters, engines
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

from kyodo import clock, dates
from kyodo.icons import icon
from kyodo.links import link

MOST_DRAWN = 200
_drawn: dict[Hashable, str] = {}


def environment(*, loader: jinja2.BaseLoader, auto_reload: bool, **_django: Any) -> jinja2.Environment:
    """Always escaped, and a name that a partial misspells is an error, not an empty place."""
    made = jinja2.Environment(
        loader=loader,
        auto_reload=auto_reload,
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"icon": icon, "url": link}
    made.filters |= {
        "short_day": dates.short_day,
        "moment": dates.moment,
        "local": clock.local,
        "date": defaultfilters.date,
        "linebreaks": defaultfilters.linebreaks_filter,
        "filesizeformat": defaultfilters.filesizeformat,
    }
    return made


def draw(name: str, **context: Any) -> SafeString:
    return SafeString(_environment().get_template(name).render(context))


def draw_macro(name: str, macro: str, *arguments: Any) -> SafeString:
    """One macro of a partial: a widget is too small to be a partial of its own."""
    return SafeString(getattr(_environment().get_template(name).module, macro)(*arguments))


def once(key: Hashable, drawn: Callable[[], str]) -> str:
    """What is the same for everybody who asks with this key, drawn for the first of them.

    The key holds all that is shown: words of rows, the day. Nothing of a person belongs into it, and no token.
    """
    if settings.DEBUG:
        return drawn()
    whole = (get_language(), key)
    if whole not in _drawn:
        if len(_drawn) >= MOST_DRAWN:
            _drawn.clear()
        _drawn[whole] = drawn()
    return _drawn[whole]


def _environment() -> jinja2.Environment:
    made: jinja2.Environment = engines["jinja2"].env  # type: ignore[attr-defined]
    return made
