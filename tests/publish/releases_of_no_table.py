"""Releases with no table but the one that says which release it is: as cheap as a release can be."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.publish.scheduled import begin_scheduled, keep_scheduled
from sciculture_etl.settings import Settings

HOUR = datetime(2099, 12, 1, tzinfo=UTC)
FIRST, ID = "00001-20991129", "00002-20991130"


def release(folder: Path, release_id: str, **more: Any) -> dict[str, Any]:
    """A release of no table, which is all that a release needs; returns its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("sciculture.duckdb", "operations.duckdb"):
        with duckdb.connect(str(folder / name)) as database:
            database.execute("CREATE TABLE release_info AS SELECT ? AS release_id", [release_id])
    manifest = {"release_id": release_id, "previous_release_id": None, "built_at": "2099-11-30T00:00:00+00:00"}
    manifest |= {"tables": {}, "outputs": [], "inputs": [], "notes_taken": 0, "reason": "routine"} | more
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return manifest


def schedule(places: Settings) -> None:
    """The next release, at the hour."""
    aside = begin_scheduled(places)
    keep_scheduled(places, aside, release(aside, ID, previous_release_id=FIRST, scheduled_at=HOUR.isoformat()))
