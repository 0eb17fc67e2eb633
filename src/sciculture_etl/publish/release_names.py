"""The names of releases: ``<number>-<day>``, counted, so that a clock that goes back can't make a new one look old."""

from __future__ import annotations

import re
from pathlib import Path

RELEASE_NAME = re.compile(r"^(\d{5,})-(\d{8})$")


def number_of(release_id: str) -> int:
    return int(release_id.partition("-")[0])


def kept_ids(releases: Path) -> list[str]:
    """The names of all releases, the oldest first."""
    return sorted((path.name for path in releases.glob("*") if RELEASE_NAME.match(path.name)), key=number_of)
