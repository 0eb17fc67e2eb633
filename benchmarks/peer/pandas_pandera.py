"""pandas reads, pandera checks types, ranges, nulls and the key, DuckDB takes the frame and makes the summaries.

python -m peer.pandas_pandera <job.json> <folder>
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb
import pandas as pd
import pandera.pandas as pa

from peer.job import RESULT, Job, Table, finish

INTEGERS = {"TINYINT": "int8", "SMALLINT": "int16", "INTEGER": "int32", "BIGINT": "int64"}


def dtype_of(table: Table, name: str) -> str:
    """A column that may hold nothing needs pandas' own integers."""
    kind = table.columns[name]
    if kind in INTEGERS:
        return INTEGERS[kind] if name in table.required else INTEGERS[kind].replace("int", "Int")
    return {"DOUBLE": "float64", "BOOLEAN": "boolean"}.get(kind, "str")


def schema_of(table: Table) -> pa.DataFrameSchema:
    columns = {
        name: pa.Column(
            dtype_of(table, name),
            pa.Check.in_range(*table.ranges[name]) if name in table.ranges else None,
            nullable=name not in table.required,
        )
        for name in table.columns
    }
    return pa.DataFrameSchema(columns, unique=table.key)


def files_of(table: Table) -> list[Path]:
    folder, _, pattern = table.files.partition("*")
    return sorted(Path(folder).glob("*" + pattern))


def main(job: Job, own: Path) -> None:
    (own / RESULT).unlink(missing_ok=True)
    with duckdb.connect(str(own / RESULT)) as connection:
        for table in job.tables:
            dtypes = {name: dtype_of(table, name) for name in table.columns}
            frames = [
                pd.read_csv(
                    path, header=0, names=list(dtypes), dtype=dtypes, keep_default_na=False, na_values=[""],
                    engine="c",
                )
                for path in files_of(table)
            ]  # fmt: skip
            checked = schema_of(table).validate(pd.concat(frames, ignore_index=True), lazy=True)
            connection.register("checked", checked)
            casts = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in table.columns.items())
            connection.execute(f"CREATE TABLE {table.name} AS SELECT {casts} FROM checked")
            connection.unregister("checked")
            finish(connection.execute, table, [])


if __name__ == "__main__":
    main(Job.read(sys.argv[1]), Path(sys.argv[2]))
