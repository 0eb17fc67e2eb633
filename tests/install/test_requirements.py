"""What the wheel asks for, what is locked, and what is installed in production are one list."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from sciculture_etl.project import CHECKOUT

REQUIREMENTS = CHECKOUT / "requirements"
NAME = re.compile(r"^([A-Za-z0-9._-]+)", re.MULTILINE)


def named(path: Path) -> set[str]:
    return {name.lower() for name in NAME.findall(path.read_text(encoding="utf-8")) if not name.startswith("-")}


def test_the_wheel_asks_for_what_is_locked() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {NAME.findall(line)[0] for line in project["dependencies"]}
    assert asked == named(REQUIREMENTS / "runtime.in")
    assert asked <= named(REQUIREMENTS / "runtime.lock") <= named(REQUIREMENTS / "requirements.lock")


def test_what_several_machines_need_is_locked_beside_it() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    asked = {NAME.findall(line)[0] for extra in ("cluster", "lake") for line in extras[extra]}
    assert asked == named(REQUIREMENTS / "scale.in") <= named(REQUIREMENTS / "dev.in")
    assert named(REQUIREMENTS / "runtime.lock") | asked <= named(REQUIREMENTS / "scale.lock")


@pytest.mark.parametrize("path", sorted(REQUIREMENTS.iterdir()), ids=lambda path: path.name)
def test_nothing_names_an_index(path: Path) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", sorted(REQUIREMENTS.glob("*.lock")), ids=lambda path: path.name)
def test_every_locked_version_has_hashes(lock: Path) -> None:
    entries = re.split(r"^(?=\S)", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [entry for entry in entries if entry and ("==" not in entry or "--hash=sha256:" not in entry)] == []
