"""Why the status of rows changed: which years of which datasets were closed, reopened or revised, and the reason given.

One line stands for all rows of a table that rest on the same years (``diff``), so a closed year is a line a table.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.model import all_statements
from sciculture_etl.model.status import rests_on, sources_of, status_columns
from sciculture_etl.privacy import mask_text

CLOSED = "closed"
# What is said where no year that rows rest on was closed, reopened or revised: they rest on others than before.
OTHER_YEARS = "rows of other years count now"


@dataclass(frozen=True)
class YearChange:
    """What became of a dataset's year between two releases, in words."""

    dataset: str
    program_year: int
    cause: str


def year_changes(before: dict[str, Any], after: dict[str, Any]) -> list[YearChange]:
    """before, after: manifests."""
    was, now = ({(dataset, year): rest for dataset, year, *rest in manifest["years"]} for manifest in (before, after))
    found = []
    for dataset, year in sorted(was.keys() | now.keys()):
        old, new = was.get((dataset, year)), now.get((dataset, year))
        if said := _describe(old, new):
            reason = f" ({mask_text(new[2])})" if new and new[2] and said in (CLOSED, "reopened") else ""
            found.append(YearChange(dataset, year, f"{said}: {dataset} {year}{reason}"))
    return found


def _describe(old: list[Any] | None, new: list[Any] | None) -> str | None:
    """old, new: state, whether what counts is other than at the closing, reason."""
    if new is None:
        return "no rows any more"
    was_closed, is_closed = old is not None and old[0] == CLOSED, new[0] == CLOSED
    if is_closed != was_closed:
        return CLOSED if is_closed else "reopened"
    if old is None:
        return str(new[0])
    if is_closed and new[1] != old[1]:
        return "revised after closing" if new[1] else "again as at its closing"
    return None


def explain_status(
    connection: duckdb.DuckDBPyConnection,
    lines: pl.DataFrame,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    changes: list[YearChange],
) -> list[tuple[str, str | None, list[str]]]:
    """The causes of each line about the status: table, row_key, causes.

    Args:
        connection: to the build database.
        lines: as ``diff`` gives them, whose key has the values of ``status_key``.
    """
    statements, found = all_statements(), []
    for (table,), of_table in lines.group_by("table_name", maintain_order=True):
        table_contract = table_contracts[str(table)]
        sources = sources_of(statements[str(table)], statements, contracts, table_contracts)
        columns = status_columns(table_contract, sources)
        years = defaultdict(set)
        for key, dataset, year in connection.execute(rests_on(sources, columns)).fetchall() if sources else ():
            years[tuple(key)].add((dataset, year))
        for key, row_key in of_table.select("key", "row_key").iter_rows():
            values = dict(zip(table_contract.status_key, key or (), strict=True))
            reached = years[tuple(values[column] for column in columns)]
            causes = [change.cause for change in changes if (change.dataset, change.program_year) in reached]
            found.append((str(table), row_key, causes or [OTHER_YEARS]))
    return found
