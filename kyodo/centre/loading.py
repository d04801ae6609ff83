"""Fills tables from a folder of TOML files, again and again, without taking anything from the people who edit them.

The rules, and why, in docs/decisions/0003-load-centre.md. Another app brings kinds and a folder of its own:

    loading.load(BASE / "profiles" / "yokohama", [loading.Kind("spaces.toml", Space, key=("slug",))])
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any

from django.db import models, transaction

from kyodo.centre.models import LoadedRow

# What a file says about a row, in values that JSON can hold: codes for references, text for dates and times.
Values = dict[str, Any]


@dataclass(frozen=True)
class Parts:
    """Rows that live inside a row and are written with it, as the times of a layer are."""

    model: type[models.Model]
    parent: str
    fields: tuple[str, ...]
    enums: Mapping[str, type[IntEnum]] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One file, and the model its rows fill.

    `key` names what a row is known by in the file for ever (nothing: the file has one row). `references` says which
    values are codes of other rows: one code, or a list of them for a many-to-many.
    """

    file: str
    model: type[models.Model]
    key: tuple[str, ...]
    references: Mapping[str, tuple[type[models.Model], str]] = field(default_factory=dict)
    parts: Mapping[str, Parts] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def is_list(self, name: str) -> bool:
        return name in self.parts or bool(self.model._meta.get_field(name).many_to_many)


@dataclass
class Report:
    """What one run did with the rows of one kind. `kept` names what staff had changed and the run left alone."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)


class BadProfile(ValueError):
    """The folder says something that can't be loaded."""


@transaction.atomic
def load(folder: Path, kinds: Iterable[Kind]) -> dict[str, Report]:
    """Load each kind whose file the folder has, in the order given: what is referred to comes first."""
    return {
        kind.label: _load_kind(kind, folder / kind.file) for kind in kinds if (folder / kind.file).exists()
    }


def _load_kind(kind: Kind, path: Path) -> Report:
    report = Report()
    loaded = {row.key: row for row in LoadedRow.objects.select_for_update().filter(kind=kind.label)}
    numbered = any(one.name == "position" for one in kind.model._meta.get_fields())
    seen: set[str] = set()
    for position, raw in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["rows"], start=1):
        values = {name: _plain(value) for name, value in raw.items()}
        if numbered:
            values.setdefault("position", position)
        key = " ".join(str(values.get(name, "")) for name in kind.key)
        if key in seen:
            raise BadProfile(f"{path.name}: two rows are called {key!r}")
        seen.add(key)
        if before := loaded.get(key):
            _load_again(kind, values, before, report)
        else:
            _load_first(kind, key, values, report)
    return report


def _load_first(kind: Kind, key: str, values: Values, report: Report) -> None:
    lookup = {_lookup(kind, name): values.get(name) for name in kind.key}
    if kind.model._default_manager.filter(**lookup).exists():
        # Staff entered it before the file knew it: theirs.
        report.kept.append(key)
        return
    row = kind.model()
    _write(kind, row, values)
    LoadedRow.objects.create(kind=kind.label, key=key, object_id=row.pk, values=values)
    report.created += 1


def _load_again(kind: Kind, values: Values, before: LoadedRow, report: Report) -> None:
    row = kind.model._default_manager.filter(pk=before.object_id).first()
    if row is None:
        # Staff took it out: it stays out.
        report.kept.append(before.key)
        return
    changes: Values = {}
    for name, wanted in values.items():
        current = _current(kind, row, name)
        if current == wanted:
            continue
        if current == before.values.get(name, _current(kind, kind.model(), name)):
            changes[name] = wanted
        else:
            report.kept.append(f"{before.key} {name}".strip())
    if changes:
        _write(kind, row, changes)
        report.updated += 1
    else:
        report.unchanged += 1
    if before.values != values:
        before.values = values
        before.save(update_fields=["values"])


# ── Between the file and the tables ──────────────────────────────────────────────────────────────────────────────


def _lookup(kind: Kind, name: str) -> str:
    return f"{name}__{kind.references[name][1]}" if name in kind.references else name


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return sorted((_plain(one) for one in value), key=json.dumps)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, date | time | Decimal):
        return str(value)
    return value


def _current(kind: Kind, row: models.Model, name: str) -> Any:
    """What the row says now, in the file's terms. A row not yet saved gives the model's defaults."""
    if kind.is_list(name):
        return _current_list(kind, row, name) if row.pk and not row._state.adding else []
    if name in kind.references:
        other = getattr(row, name, None) if getattr(row, f"{name}_id") else None
        return getattr(other, kind.references[name][1], None)
    return _plain(getattr(row, name))


def _current_list(kind: Kind, row: models.Model, name: str) -> Any:
    if parts := kind.parts.get(name):
        children = parts.model._default_manager.filter(**{parts.parent: row})
        return _plain([_part_values(parts, child) for child in children])
    return sorted(getattr(other, kind.references[name][1]) for other in getattr(row, name).all())


def _part_values(parts: Parts, child: models.Model) -> Values:
    values = {name: getattr(child, name) for name in parts.fields if getattr(child, name) is not None}
    return values | {name: enum(values[name]).name for name, enum in parts.enums.items()}


def _write(kind: Kind, row: models.Model, values: Values) -> None:
    lists = {name: value for name, value in values.items() if kind.is_list(name)}
    for name, value in values.items():
        if name not in lists:
            setattr(row, name, _referred(kind, name, value) if name in kind.references else value)
    row.full_clean()
    row.save()
    for name, value in lists.items():
        if name in kind.parts:
            _write_parts(kind.parts[name], row, value)
        else:
            getattr(row, name).set([_referred(kind, name, code) for code in value])


def _write_parts(parts: Parts, row: models.Model, children: Iterable[Values]) -> None:
    parts.model._default_manager.filter(**{parts.parent: row}).delete()
    for values in children:
        named = {name: enum[values[name]] for name, enum in parts.enums.items()}
        child = parts.model(**(values | named | {parts.parent: row}))
        child.full_clean()
        child.save()


def _referred(kind: Kind, name: str, code: Any) -> models.Model:
    model, code_field = kind.references[name]
    row = model._default_manager.filter(**{code_field: code}).first()
    if row is None:
        raise BadProfile(f"{kind.file}: {name} {code!r} isn't there")
    return row
