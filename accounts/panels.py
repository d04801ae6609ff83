"""Places on a group's page that floors above fill: bookings today, events later.

An app registers its panel once, in the `ready` of its AppConfig; this floor knows nothing of what it shows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accounts.models import Group
from accounts.rules.groups import Rights


@dataclass(frozen=True)
class Panel:
    """`load` answers what the template shows to a person with these rights, or None for nothing."""

    template: str
    load: Callable[[Group, Rights], Mapping[str, object] | None]


@dataclass(frozen=True)
class Filled:
    template: str
    content: Mapping[str, object]


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    if panel not in _panels:
        _panels.append(panel)


def fill(group: Group, rights: Rights) -> list[Filled]:
    filled = ((panel, panel.load(group, rights)) for panel in _panels)
    return [Filled(panel.template, content) for panel, content in filled if content is not None]
