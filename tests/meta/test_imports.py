"""Imports run one way, floor by floor; a walk over every module keeps it so."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# From the ground up. Apps on one floor do not know each other.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("kyodo",),
    ("accounts",),
    ("spaces", "cases"),
    ("events", "consultations"),
    ("kyodo.portal",),
)
# What gathers everything by its nature.
ROOFS = ("kyodo.urls", "kyodo.settings", "kyodo.management", "kyodo.portal")
# Rooms of an app that no app above may enter.
PRIVATE_ROOMS = ("views", "forms")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for app in ("kyodo", "accounts", "spaces", "events", "consultations", "cases"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                yield name, ast.parse(path.read_text())


def imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def app_of(module: str) -> str:
    return "kyodo.portal" if module.startswith("kyodo.portal") else module.split(".", 1)[0]


def floor_of(app: str) -> int | None:
    return next((number for number, floor in enumerate(FLOORS) if app in floor), None)


def test_no_floor_knows_of_one_above_or_beside_it() -> None:
    broken = []
    for name, tree in modules():
        if name.startswith(ROOFS):
            continue
        own = floor_of(app_of(name))
        for imported in imports(tree):
            other = floor_of(app_of(imported))
            is_beside = other == own and app_of(imported) != app_of(name)
            if own is not None and other is not None and (other > own or is_beside):
                broken.append(f"{name} imports {imported}")

    assert broken == []


def test_an_app_uses_no_views_or_forms_of_a_floor_below() -> None:
    broken = []
    for name, tree in modules():
        for imported in imports(tree):
            app, _dot, rest = imported.partition(".")
            known = floor_of(app) is not None and app != "kyodo"
            if known and app != name.split(".", 1)[0] and rest.split(".")[0] in PRIVATE_ROOMS:
                broken.append(f"{name} imports {imported}")

    assert broken == []


def test_nothing_runs_in_a_circle() -> None:
    """Between the packages of one floor and the modules of the ground floor."""
    graph: dict[str, set[str]] = {}
    known = {name for name, _tree in modules()}
    for name, tree in modules():
        graph[name] = set()
        for imported in imports(tree):
            target = imported if imported in known else imported.rpartition(".")[0]
            if target in known and target != name and not name.startswith(target + "."):
                graph[name].add(target)

    assert circle(graph) is None


def circle(graph: dict[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for target in sorted(graph[name]):
            if found := walk(target, [*path, name]):
                return found
        done.add(name)
        return None

    return next((found for name in sorted(graph) if (found := walk(name, []))), None)
