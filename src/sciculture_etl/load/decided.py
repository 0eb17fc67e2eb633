"""What holds of the journals of decisions → ``log.withdrawn``, ``log.decided`` and ``log.closing``."""

from __future__ import annotations

import polars as pl

from sciculture_etl.extract import Closings, Decisions, Receipt
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.rules import given


def record_decisions(warehouse: Warehouse, decisions: Decisions, closings: Closings, receipts: list[Receipt]) -> None:
    """Makes ``log`` equal to the decisions of people that hold now."""
    # Preferences stand in the order in which they were made.
    decided = [*decisions.approved(), *decisions.rejected(receipts), *decisions.preferred()]
    tables: dict[str, list[list[object]]] = {
        "withdrawn": [
            [one.submission_id, one.reason, one.decided_at, one.seen] for one in decisions.withdrawn(receipts)
        ],
        "decided": [
            [number, one.kind, one.submission_id, one.reason, one.decided_at, one.seen]
            for number, one in enumerate(decided)
        ],
        "closing": [
            [number, one.dataset, one.program_year, one.kind, one.reason, one.decided_at, one.seen, one.submitter,
             one.until, one.counted]
            for number, one in enumerate(closings.in_effect())
        ],
    }  # fmt: skip
    # Most nights nobody has decided anything since, and to write takes its time, the more on a lake.
    changed = {table: rows for table, rows in tables.items() if _standing(warehouse, table) != _as_texts(rows)}
    if not changed:
        return
    with warehouse.transaction() as connection:
        for table, rows in changed.items():
            connection.execute(f"DELETE FROM log.{table}")
            if rows:  # all at once, since each statement takes its time
                with given(connection, found=pl.DataFrame(rows, orient="row", infer_schema_length=None)):
                    connection.execute(f"INSERT INTO log.{table} FROM found")


def _standing(warehouse: Warehouse, table: str) -> set[tuple[str | None, ...]]:
    """The rows as texts, with times as they stand in the journals."""
    times = "strftime(timezone('UTC', decided_at), '%Y-%m-%dT%H:%M:%S+00:00')"
    query = f"SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT * REPLACE ({times} AS decided_at) FROM log.{table})"
    return set(warehouse.connection.execute(query).fetchall())


def _as_texts(rows: list[list[object]]) -> set[tuple[str | None, ...]]:
    return {tuple(None if value is None else str(value) for value in row) for row in rows}
