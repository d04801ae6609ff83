"""The lock files belong to pyproject.toml, name no place, and pin every file by its hash."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
WANTED = {
    "requirements.txt": PROJECT["dependencies"],
    "requirements-dev.txt": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"],
}
LOCKS = [*(f"deploy/{name}" for name in WANTED), "benchmarks/helpdesk/requirements.txt"]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[.*\])?==([^ ;\\]+)(.*(?:\n    --hash=.*)*)", re.MULTILINE)


@pytest.mark.parametrize("name", WANTED)
def test_every_dependency_is_locked_within_its_bounds(name: str) -> None:
    locked: dict[str, set[str]] = {}
    for package, version, _rest in PINNED.findall((ROOT / "deploy" / name).read_text()):
        locked.setdefault(canonicalize_name(package), set()).add(version)

    wanted = [Requirement(text) for text in WANTED[name]]
    missing = [
        str(one)
        for one in wanted
        if not any(one.specifier.contains(found) for found in locked.get(canonicalize_name(one.name), ()))
    ]

    assert missing == [], "run `make lock`"


@pytest.mark.parametrize("path", LOCKS)
def test_every_package_has_hashes_and_no_address(path: str) -> None:
    text = (ROOT / path).read_text()

    assert "://" not in text
    assert "--index" not in text
    assert all("--hash=sha256:" in rest for _package, _version, rest in PINNED.findall(text))
