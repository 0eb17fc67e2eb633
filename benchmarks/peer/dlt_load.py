"""dlt's filesystem source and DuckDB reader, Arrow all the way, into DuckDB; models and tests are dbt's.

The first time all files are appended, later only files changed since, merged by the key.

    python -m peer.dlt_load <job.json> <folder>
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import dlt
from dlt.sources.filesystem import filesystem, read_csv_duckdb

from peer.job import RESULT, Job, Table


def resource_of(table: Table, is_first: bool) -> Any:
    folder, _, pattern = table.files.partition("*")
    reader = read_csv_duckdb(
        use_pyarrow=True, chunk_size=100_000, header=True, names=list(table.columns), dtype=list(table.columns.values())
    )
    files = filesystem(
        bucket_url=Path(folder).as_uri(),
        file_glob="*" + pattern,
        incremental=dlt.sources.incremental("modification_date"),
    )
    found = (files | reader).with_name(table.name)
    if not is_first:  # there is nothing to merge with, and a key would make every file's schema differ from Arrow's
        found.apply_hints(primary_key=table.key)
    return found


def main(job: Job, own: Path) -> None:
    pipeline = dlt.pipeline(
        "peers",
        pipelines_dir=str(own / "pipelines"),
        destination=dlt.destinations.duckdb(str(own / RESULT)),
        dataset_name="raw",
    )
    is_first = pipeline.first_run
    pipeline.run(
        [resource_of(table, is_first) for table in job.tables],
        write_disposition="append" if is_first else "merge",
        loader_file_format="parquet",
    )


if __name__ == "__main__":
    main(Job.read(sys.argv[1]), Path(sys.argv[2]))
