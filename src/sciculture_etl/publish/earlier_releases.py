"""Kept releases of which the history of disclosure knows nothing, such as those of an earlier version, are read once.

Their files tell what they showed. What a number was exactly that they withheld, nobody knows any more: it is taken as
it is today, and where that doesn't fit their totals, they tell nothing of it.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from sciculture_etl.contracts import TableContract
from sciculture_etl.disclosure.history import KEY, STATE, History, keep_history, number_of, read_history, write_history
from sciculture_etl.disclosure.links import find_families
from sciculture_etl.disclosure.snapshot import members, take_snapshot
from sciculture_etl.load import Warehouse
from sciculture_etl.publish.release_names import kept_ids
from sciculture_etl.settings import Settings, sql_text


def read_earlier_releases(
    settings: Settings, warehouse: Warehouse, table_contracts: dict[str, TableContract], history: History
) -> History:
    """The history with all kept releases that are newer than its last one. Killed in between, the next run goes on."""
    last = number_of(history.releases[-1]) if history.releases else 0
    for release_id in kept_ids(settings.releases):
        if number_of(release_id) > last:
            state = _state_of(warehouse.connection, table_contracts, settings.releases / release_id)
            write_history(settings.archive, release_id, state, history)
            keep_history(settings.archive, {release_id: True}.get)
            history = read_history(settings.archive)
    return history


def _state_of(
    connection: duckdb.DuckDBPyConnection, table_contracts: dict[str, TableContract], release: Path
) -> pl.DataFrame:
    """The numbers of a release, as ``STATE`` says."""
    sources = {name: f"read_parquet({sql_text(release / 'parquet' / f'{name}.parquet')})" for name in table_contracts}
    usable = {
        name: one
        for name, one in table_contracts.items()
        if one.disclosure is None or one.audience != "public" or _is_alike(connection, one, sources[name], release)
    }
    if not any(one.disclosure and one.audience == "public" for one in usable.values()):
        return pl.DataFrame(schema=STATE)
    state = take_snapshot(connection, usable, lambda table_contract: sources[table_contract.table])
    state = state.with_columns(exact=pl.coalesce("value", "exact"))
    return _with_cells_as_shown(connection, usable, state)


def _is_alike(connection: duckdb.DuckDBPyConnection, one: TableContract, source: str, release: Path) -> bool:
    """Whether the release has the table with all columns that hold it."""
    if not (release / "parquet" / f"{one.table}.parquet").is_file() or one.disclosure is None:
        return False
    held = {row[0] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()}
    needed = {*one.grain, *one.disclosure.withheld_columns(one.is_long, one.columns)}
    return needed <= held


def _with_cells_as_shown(
    connection: duckdb.DuckDBPyConnection, table_contracts: dict[str, TableContract], state: pl.DataFrame
) -> pl.DataFrame:
    """Cells that a row of their own shows are what it shows."""
    found = [
        pl.DataFrame(schema={"table_name": pl.String, "row_key": pl.String, "measure": pl.String, "own": pl.Float64})
    ]
    for family in find_families(table_contracts).values():
        cells = state.filter(pl.col("table_name") == family.cells)
        pairs = members(connection, family, state, cells)
        single = pairs.filter(pl.len().over("table_name", "row_key", "row_measure") == 1)
        shown = single.join(
            state.filter(pl.col("value").is_not_null()).select(*KEY, own="value"),
            left_on=["table_name", "row_key", "row_measure"],
            right_on=list(KEY),
        )
        found.append(
            shown.select(
                pl.lit(family.cells).alias("table_name"), pl.col("cell_key").alias("row_key"), "measure", "own"
            )
        )
    own = pl.concat(found).unique(KEY, keep="first", maintain_order=True)
    joined = state.join(own, on=KEY, how="left", maintain_order="left")
    return joined.with_columns(exact=pl.coalesce("own", "exact")).select(STATE.names())
