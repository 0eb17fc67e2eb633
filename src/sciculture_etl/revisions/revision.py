"""``mart_revision``: every published value that a later release changed, with what changed it.

A release carries the history of the one it followed and adds its own, so that the history outlives the build database.
It depends on what was published when, and so is no part of what decides whether something changed.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.contracts.disclosure import NOT_ADDITIVE, VALUE
from sciculture_etl.disclosure.withheld import LINES
from sciculture_etl.load import Warehouse
from sciculture_etl.revisions.causes import explain_causes
from sciculture_etl.revisions.diff import (
    HISTORY,
    built_tables,
    count_differences,
    find_differences,
    in_words,
    released_tables,
    table_hashes,
)
from sciculture_etl.rules import apply_rule, given
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.parquet import damage_reported

SEOUL = ZoneInfo("Asia/Seoul")
WITHHELD = pl.Schema([("table_name", pl.String()), ("row_key", pl.String()), ("column_name", pl.String())])
RELEASE = {
    "release_id": pl.String(),
    "previous_release_id": pl.String(),
    "revised_at": pl.Datetime(),
}


def write_revisions(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    manifest: dict[str, Any],
    before: dict[str, Any] | None,
    previous: Path | None,
    built_at: datetime,
) -> dict[str, dict[str, int]]:
    """Makes ``mart_revision`` as a temporary table.

    Args:
        before, previous: manifest and folder of the release that is followed, None for the first one; where what was
            current is lost, only the folder of the newest one, for its history.

    Returns:
        What it adds: table → lines by change (changed values; rows added, removed).
    """
    run = warehouse.connection.execute
    columns = {name: column.type for name, column in table_contracts[HISTORY].columns.items()}
    listed = ", ".join(f'"{name}" {dtype}' for name, dtype in columns.items())
    run(f"CREATE OR REPLACE TEMP TABLE {HISTORY} ({listed})")
    carried = previous / "parquet" / f"{HISTORY}.parquet" if previous else None
    if carried and carried.exists():
        with damage_reported(carried):
            run(f"INSERT INTO {HISTORY} BY NAME SELECT * FROM read_parquet({sql_text(carried)})")
    withheld = _withheld_numbers(warehouse, table_contracts)
    # What is withheld now could be told from what was shown of it.
    with given(warehouse.connection, withheld=withheld):
        run(
            f"UPDATE {HISTORY} AS h SET old_value = NULL, new_value = NULL FROM withheld AS w "
            "WHERE w.table_name = h.table_name AND w.row_key = h.row_key AND w.column_name = h.column_name"
        )
    if before is None or previous is None:
        return {}
    was, now = table_hashes(before), table_hashes(manifest)
    same = frozenset(name for name in was if was[name] == now.get(name))
    old, new = (
        released_tables(warehouse.connection, previous, same),
        built_tables(warehouse.connection, table_contracts, same),
    )
    differences = find_differences(warehouse.connection, old, new, same)
    causes = explain_causes(warehouse, contracts, table_contracts, before, manifest, differences)
    moment = built_at.astimezone(SEOUL).replace(tzinfo=None, microsecond=0)
    release = pl.DataFrame([(manifest["release_id"], before["release_id"], moment)], RELEASE, orient="row")
    lines = apply_rule(
        warehouse.connection, "revision", difference=differences, cause=causes, release=release, withheld=withheld
    )
    with given(warehouse.connection, lines=lines):
        run(f"INSERT INTO {HISTORY} BY NAME SELECT * FROM lines")
    return count_differences(differences)


def _withheld_numbers(warehouse: Warehouse, table_contracts: dict[str, TableContract]) -> pl.DataFrame:
    """Every number that isn't shown now, by table, row in words and column."""
    found = [pl.DataFrame(schema=WITHHELD)]
    rows = warehouse.rows(f"SELECT DISTINCT table_name FROM {LINES} ORDER BY ALL")
    for name in (row["table_name"] for row in rows):
        table_contract = table_contracts[name]
        values = [column for column in (VALUE, NOT_ADDITIVE) if column in table_contract.columns]
        column = f"unnest({values})" if table_contract.is_long else "measure"
        found.append(
            warehouse.connection.execute(
                f"SELECT DISTINCT table_name, concat({in_words(table_contract.grain)}) AS row_key, "
                f"{column} AS column_name "
                f"FROM (SELECT *, CAST(CAST(row_key AS JSON) AS VARCHAR[]) AS key FROM {LINES} WHERE table_name = ?)",
                [name],
            )
            .pl()
            .cast(WITHHELD)
        )
    return pl.concat(found)
