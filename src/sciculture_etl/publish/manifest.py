"""What a release says of itself: its inputs, the accounts of rows, the versions of everything, a hash of every table.

It also holds what the next release needs to say why its figures differ: which version of each partition was in force
and what it was read with (``inputs``, ``readings``), which years were closed (``years``), what each table was made from
(``marks``), and the files that say what is expected and how tables are made (``sources``).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from sciculture_etl import __version__
from sciculture_etl.contracts import Contract
from sciculture_etl.load import Warehouse
from sciculture_etl.model import Model
from sciculture_etl.project import EXPECTATIONS, SQL
from sciculture_etl.publish.figures import read_figures_checked
from sciculture_etl.publish.files import STORAGE
from sciculture_etl.publish.following import Following
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.regions import REFERENCE_VERSION
from sciculture_etl.rules import apply_rule
from sciculture_etl.settings import fingerprint

PACKAGE = Path(__file__).parents[1]


def source_fingerprints() -> dict[str, str]:
    """Fingerprints of the files of ``expectations/`` and ``sql/``, by path."""
    return {
        f"{part}/{name}": fingerprint(path.read_bytes())
        for part, folder in (("expectations", EXPECTATIONS), ("sql", SQL))
        for name, path in folder.files().items()
        if path.suffix in (".yml", ".csv", ".sql")
    }


@cache
def _code() -> str:
    """Fingerprint of the package's Python sources, by which a release says what made it."""
    files = sorted(PACKAGE.rglob("*.py"))
    return fingerprint(*(part for path in files for part in (path.relative_to(PACKAGE).as_posix(), path.read_bytes())))


def _inputs(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Every receipt.

    reading: what it was read with last. in_force: its partitions that count in this release, each ``[dataset,
    submitter, program year, key, reading]``, of the receipt that brought them; a year that is held, or that a backfill
    left out, goes on counting as it was read before.
    """
    partitions: dict[str, list[list[Any]]] = defaultdict(list)
    for row in warehouse.rows("SELECT * FROM log.in_force ORDER BY ALL"):
        partitions[row["submission_id"]].append(
            [row[name] for name in ("dataset", "submitter", "program_year", "partition_key", "reading")]
        )
    inputs = apply_rule(warehouse.connection, "release_input").to_dicts()
    return [row | {"in_force": partitions.pop(row["submission_id"], [])} for row in inputs]


def _readings(warehouse: Warehouse) -> dict[str, dict[str, str]]:
    """Reading → part → fingerprint."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in warehouse.rows("SELECT reading, part, mark FROM log.reading ORDER BY ALL"):
        found[row["reading"]][row["part"]] = row["mark"]
    return dict(found)


def _years(warehouse: Warehouse) -> list[list[Any]]:
    """Dataset, program year, state, whether what counts is other than at its closing, reason."""
    rows = warehouse.rows("SELECT * FROM log.year_state ORDER BY dataset, program_year")
    return [[row[name] for name in ("dataset", "program_year", "state", "is_revised", "reason")] for row in rows]


def make_manifest(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    model: Model,
    release_id: str,
    previous_id: str | None,
    built_at: datetime,
    tables: dict[str, Any],
    suites: list[SuiteOutcome],
    following: Following,
) -> dict[str, Any]:
    inputs = _inputs(warehouse)
    accounts = {
        key: sum(int(row[key]) for row in inputs)
        for key in ("rows_read", "rows_loaded", "rows_quarantined", "rows_left_out")
    }
    return {
        "release_id": release_id,
        "version": str(following.version),
        "previous_release_id": previous_id,
        "previous_version": following.previous_version,
        "change": following.level,
        "structure": following.described(),
        "built_at": built_at.isoformat(timespec="seconds"),
        "versions": {
            "sciculture_etl": __version__,
            "code": _code(),
            "duckdb": duckdb.__version__,
            "storage": STORAGE,
            "regions": REFERENCE_VERSION,
            "contracts": {name: contract.fingerprint for name, contract in contracts.items()},
        },
        "accounts": accounts | {"left_out_by_reason": apply_rule(warehouse.connection, "rows_left_out").to_dicts()[0]},
        "tables": tables,
        "suites": {
            "accepted": warehouse.rows(
                "SELECT dataset, program_year, passed, detail FROM log.suite_result ORDER BY dataset, program_year"
            ),
            "curated": {o.name: {"checked": o.checked, "warnings": o.warnings} for o in suites},
        },
        "figures": [figure.as_dict() for figure in read_figures_checked(warehouse.connection)],
        "sources": source_fingerprints(),
        "marks": model.input_fingerprints,
        "readings": _readings(warehouse),
        "years": _years(warehouse),
        "inputs": inputs,
    }
