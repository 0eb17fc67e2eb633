"""DuckDB alone: ``read_csv`` with given types into a table on disk, and the same job in one script of plain SQL.

python -m peer.floor <job.json> <folder> [--job]
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from peer.job import RESULT, Job, finish, read_csv, repeated_keys, wrong_rows


def main(job: Job, own: Path, is_whole: bool) -> None:
    (own / RESULT).unlink(missing_ok=True)
    with duckdb.connect(str(own / RESULT)) as connection:
        for table in job.tables:
            connection.execute(f"CREATE TABLE {table.name} AS SELECT * FROM {read_csv(table)}")
            if is_whole:
                finish(connection.execute, table, [wrong_rows(table), repeated_keys(table)])


if __name__ == "__main__":
    main(Job.read(sys.argv[1]), Path(sys.argv[2]), "--job" in sys.argv)
