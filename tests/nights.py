"""Whole runs over an inbox, and what they leave behind, looked at as any DuckDB client would."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
from once import made_once

from sciculture_etl.contracts import Contract
from sciculture_etl.disclosure import protect_tables
from sciculture_etl.disclosure.history import read_history
from sciculture_etl.extract import machine_clock
from sciculture_etl.load.builds import build_of
from sciculture_etl.model import build_model
from sciculture_etl.pipeline import Run, RunReport, take_steps
from sciculture_etl.publish.checks import judge_tables
from sciculture_etl.publish.outputs import OUTPUTS
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.settings import Settings

# Variables of the tests' own: where the empty warehouse is made, and the ring that the running test is in.
EMPTY_WAREHOUSE, RING = "TESTED_EMPTY_WAREHOUSE", "TESTED_RING"
# Outputs of a release: what tests read of most, which is what every release needs; the tables as CSV beside them; all
# files but the site's, for tests about files; and all that there are, the operator's pages included.
NEEDED: Collection[str] = ()
CSV: Collection[str] = ("csv",)
FILES = tuple(output.name for output in OUTPUTS if output.name != "site")
ALL = None
DICTIONARY: Collection[str] = ("dictionary", "dictionary_page", "portal")


def settings(inbox: Path, warehouse: Path, **more: Any) -> Settings:
    return Settings(inbox=str(inbox), warehouse=warehouse, **more)


def begin(places: Settings) -> Settings:
    """Where there is no warehouse yet, one in which a night without any file has passed: the tables that no submission
    changes are made and judged already, which is half of a first night."""
    return places if places.warehouse.exists() else lose_database(places)


def lose_database(places: Settings) -> Settings:
    """The build database is lost: in its place is one in which a night without any file has passed."""
    if folder := os.environ.get(EMPTY_WAREHOUSE):
        places.warehouse.mkdir(parents=True, exist_ok=True)
        build_of(places).discard()
        shutil.copy(made_once(Path(folder), _empty), places.build_database)
    return places


def _empty(folder: Path) -> Path:
    (folder / "inbox").mkdir()
    places = settings(folder / "inbox", folder / "warehouse")
    with Run.open(places) as run:
        model = build_model(run.warehouse, run.contracts, run.table_contracts, run.today)
        judge_tables(run.warehouse, run.table_contracts, model)
        made = {name: one for name, one in run.table_contracts.items() if one.made_by == "sql"}
        protect_tables(run.warehouse, run.contracts, made, model, read_history(places.archive))
    return places.build_database


def night(
    inbox: Path,
    warehouse: Path,
    *,
    today: date | None = None,
    contracts: dict[str, Contract] | None = None,
    from_nothing: bool = False,
    outputs: Collection[str] | None = NEEDED,
) -> RunReport:
    """One whole run.

    Args:
        today: the day, Korean time, on which files that are new are first seen; none: the machine's.
        from_nothing: not from a copy of an empty warehouse that was made before.
        outputs: of the release, beside the needed ones; ``CSV`` where a test reads or damages one file, ``FILES`` where
            it is about files, ``ALL`` where it is about the site or a release as a whole.
    """
    assert os.environ.get(RING) != "fast", "a test that runs a night is marked so: pytest.mark.night"
    places = settings(inbox, warehouse)
    clock = machine_clock if today is None else lambda: datetime.combine(today, time(12), ZoneInfo("Asia/Seoul"))
    places = places if from_nothing else begin(places)
    with Run.open(places, contracts=contracts, outputs=outputs, clock=clock) as run:
        return take_steps(run)


def night_of_figures(inbox: Path, warehouse: Path, outputs: Collection[str] | None = DICTIONARY) -> RunReport:
    """One run that answers nobody: for thousands of files, where the figures are looked at alone."""
    with Run.open(begin(settings(inbox, warehouse)), outputs=outputs) as run:
        run.extract()
        run.read_and_load()
        run.accept()
        run.publish(run.model())
        return run.report


def publish_again(places: Settings) -> RunReport:
    """What has been read so far, published; it ends the hold that follows a rollback."""
    with Run.open(places, kind="publish", outputs=NEEDED) as run:
        return take_steps(run)


def submit(inbox: Path, submitter: str, name: str, data: bytes, received: str = "2020-04-01T09:00:00") -> Path:
    """Puts a file into the inbox, last changed at that time (UTC). When it was first seen is told by the night."""
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
    return kept_ids(warehouse / "releases")
