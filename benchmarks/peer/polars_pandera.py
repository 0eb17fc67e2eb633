"""Polars reads, pandera checks types, ranges, nulls and the key, DuckDB takes the frame and makes the summaries.

python -m peer.polars_pandera <job.json> <folder>
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pandera.polars as pa
import polars as pl

from peer.job import RESULT, Job, Table, finish

TYPES = {
    "TINYINT": pl.Int8, "SMALLINT": pl.Int16, "INTEGER": pl.Int32, "BIGINT": pl.Int64, "DOUBLE": pl.Float64,
    "BOOLEAN": pl.Boolean, "DATE": pl.Date,
}  # fmt: skip


def schema_of(table: Table) -> pa.DataFrameSchema:
    columns = {
        name: pa.Column(
            TYPES.get(kind, pl.String),
            pa.Check.in_range(*table.ranges[name]) if name in table.ranges else None,
            nullable=name not in table.required,
        )
        for name, kind in table.columns.items()
    }
    return pa.DataFrameSchema(columns, unique=table.key)


def main(job: Job, own: Path) -> None:
    (own / RESULT).unlink(missing_ok=True)
    with duckdb.connect(str(own / RESULT)) as connection:
        for table in job.tables:
            types = {name: TYPES.get(kind, pl.String) for name, kind in table.columns.items()}
            # A frame, not a plan of one: of plans pandera checks no values.
            frame = pl.scan_csv(table.files, schema=pl.Schema(types), has_header=False, skip_rows=1).collect()
            checked = schema_of(table).validate(frame, lazy=True)
            connection.register("checked", checked)
            connection.execute(f"CREATE TABLE {table.name} AS SELECT * FROM checked")
            connection.unregister("checked")
            finish(connection.execute, table, [])


if __name__ == "__main__":
    main(Job.read(sys.argv[1]), Path(sys.argv[2]))
