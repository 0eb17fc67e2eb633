"""The version of a release: MAJOR.MINOR.PATCH, by what changed against the release that it follows.

What readers rely on went or means something else: major. Something came: minor. Only values did: patch. Releases of
before there were versions count as 1.0.0, 1.0.1 and so on, by their numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from sciculture_etl.publish.structure import MAJOR, MINOR

SCHEMA = "schema.json"
MANIFEST = "manifest.json"
_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")


class Version(NamedTuple):
    """Ordered as versions are."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    @property
    def lines(self) -> tuple[str, str]:
        """What a reader may hold on to of it: ``1``, ``1.2``."""
        return str(self.major), f"{self.major}.{self.minor}"

    def after(self, level: str) -> Version:
        """The next one, where something of that level changed."""
        if level == MAJOR:
            return Version(self.major + 1, 0, 0)
        return Version(self.major, self.minor + 1, 0) if level == MINOR else self._replace(patch=self.patch + 1)


FIRST = Version(1, 0, 0)


def parse_version(text: object) -> Version | None:
    found = _VERSION.fullmatch(text) if isinstance(text, str) else None
    return Version(*map(int, found.groups())) if found else None


def version_of(manifest: dict[str, Any]) -> Version:
    """Of a release, or the candidate, by what it says of itself; by its number where it says none."""
    number = str(manifest.get("release_id", "")).partition("-")[0]
    return parse_version(manifest.get("version")) or FIRST._replace(patch=max(int(number or 1), 1) - 1)


@dataclass(frozen=True)
class Place:
    """What a kept release says of its place among the others."""

    version: Version
    previous_id: str | None = None


def place_of(release: Path) -> Place:
    """Of a release, from its folder, by the smaller of the two files that have it; by its number where neither does."""
    for name in (SCHEMA, MANIFEST):
        try:
            said = orjson.loads((release / name).read_bytes())
        except (OSError, ValueError):
            continue
        if isinstance(said, dict) and said.get("release_id") == release.name:
            return Place(version_of(said), said.get("previous_release_id"))
    return Place(version_of({"release_id": release.name}))


def released_version(release: Path) -> Version:
    return place_of(release).version
