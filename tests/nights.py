"""Whole runs over an inbox, and what they leave behind, looked at as any DuckDB client would."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl.pipeline import Run, RunReport
from sciculture_etl.settings import Settings


def settings(inbox: Path, warehouse: Path) -> Settings:
    return Settings(inbox=str(inbox), warehouse=warehouse)


def night(inbox: Path, warehouse: Path) -> RunReport:
    """One whole run."""
    with Run.open(settings(inbox, warehouse)) as run:
        return run.steps()


def night_of_figures(inbox: Path, warehouse: Path) -> RunReport:
    """One run that answers nobody: for thousands of files, where the figures are looked at alone."""
    with Run.open(settings(inbox, warehouse)) as run:
        run.extract()
        run.read_and_load()
        run.accept()
        run.model()
        run.publish()
        return run.report


def publish_again(places: Settings) -> RunReport:
    """What has been read so far, published; it ends the hold that follows a rollback."""
    with Run.open(places, kind="publish") as run:
        run.resume_publication()
        run.accept()
        run.model()
        run.publish()
    return run.report


def submit(inbox: Path, submitter: str, name: str, data: bytes, received: str = "2020-04-01T09:00:00") -> Path:
    """Puts a file into the inbox as if it had come at that time (UTC)."""
    path = inbox / submitter / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    seconds = datetime.fromisoformat(received + "+00:00").timestamp()
    os.utime(path, (seconds, seconds))
    return path


def manifest(warehouse: Path) -> dict[str, Any]:
    """That of the current release."""
    current = json.loads((warehouse / "current.json").read_text(encoding="utf-8"))
    found = (warehouse / "releases" / current["release_id"] / "manifest.json").read_text(encoding="utf-8")
    return dict(json.loads(found))


def hashes(warehouse: Path, audience: str = "public") -> dict[str, str]:
    """Table → sha256 in the current release, of what doesn't depend on earlier ones; ``operator``: the operator's."""
    tables = manifest(warehouse)["tables"]
    return {
        name: table["sha256"]
        for name, table in tables.items()
        if table["audience"] == audience and not table.get("history")
    }


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query gives in a file that is opened for this query only."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def published(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    return rows(warehouse / "sciculture.duckdb", query)


def operations(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    return rows(warehouse / "operations.duckdb", query)


def placed(table: str) -> str:
    """Where a table of the model stands in the published file."""
    return f'meta."{table.removeprefix("meta_")}"' if table.startswith("meta_") else table


def release_ids(warehouse: Path) -> list[str]:
    return sorted(path.name for path in (warehouse / "releases").iterdir())
