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
    with warehouse.transaction() as connection:
        for table, rows in tables.items():
            connection.execute(f"DELETE FROM log.{table}")
            if rows:  # all at once, since each statement takes its time
                with given(connection, found=pl.DataFrame(rows, orient="row", infer_schema_length=None)):
                    connection.execute(f"INSERT INTO log.{table} FROM found")
