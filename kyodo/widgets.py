"""Widgets of forms written in Python, as Django's own templates write them: three templates for each option of a choice
cost more than all the rest of a form with clock times and wards.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

Widget = Mapping[str, Any]
"""What a widget's get_context gives its template under this name."""


def draw(widget: Widget) -> SafeString:
    """A widget that DRAWN knows."""
    return mark_safe(DRAWN[widget["template_name"]](widget))  # noqa: S308 - every part is escaped below


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_safe(widget["value"])}"'
    kind, name = _safe(widget["type"]), _safe(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attributes(widget["attrs"])}>'


def _textarea(widget: Widget) -> str:
    attributes = _attributes(widget["attrs"])
    return f'<textarea name="{_safe(widget["name"])}"{attributes}>\n{_safe(widget["value"] or "")}</textarea>'


def _select(widget: Widget) -> str:
    groups = []
    for name, options, _index in widget["optgroups"]:
        drawn = "".join(
            f'\n<option value="{_safe(one["value"])}"{_attributes(one["attrs"])}>{_safe(one["label"])}</option>'
            for one in options
        )
        groups.append(f'\n<optgroup label="{_safe(name)}">{drawn}\n</optgroup>' if name else drawn)
    attributes = _attributes(widget["attrs"])
    return f'<select name="{_safe(widget["name"])}"{attributes}>{"".join(groups)}\n</select>'


def _boxes(widget: Widget) -> str:
    """Radio buttons, or boxes to tick."""
    groups = []
    for name, options, _index in widget["optgroups"]:
        drawn = "".join(f"<div>{_box(one)}</div>" for one in options)
        groups.append(f"<div><label>{_safe(name)}</label>{drawn}</div>" if name else drawn)
    own = {key: widget["attrs"][key] for key in ("id", "class") if widget["attrs"].get(key)}
    return f"<div{_attributes(own)}>{''.join(groups)}</div>"


def _box(option: Widget) -> str:
    if not option["wrap_label"]:
        return _input(option)
    own = option["attrs"].get("id")
    to = f' for="{_safe(own)}"' if own else ""
    return f"<label{to}>{_input(option)} {_safe(option['label'])}</label>"


def _attributes(attributes: Mapping[str, Any]) -> str:
    return "".join(
        f" {_safe(name)}" if value is True else f' {_safe(name)}="{_safe(value)}"'
        for name, value in attributes.items()
        if value is not False
    )


def _safe(value: Any) -> str:
    return str(conditional_escape(value if isinstance(value, SafeString) else str(value)))


DRAWN: Mapping[str, Callable[[Widget], str]] = {
    **{
        f"django/forms/widgets/{kind}.html": _input
        for kind in (
            "text",
            "email",
            "number",
            "hidden",
            "date",
            "time",
            "checkbox",
            "file",
            "password",
            "url",
        )
    },
    "django/forms/widgets/textarea.html": _textarea,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/radio.html": _boxes,
    "django/forms/widgets/checkbox_select.html": _boxes,
}
