"""What workers staged of batches → the build database, in one transaction."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.findings import empty_findings, with_texts
from sciculture_etl.intake.staging import SubmissionOutcome
from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.settings import sql_text

SUBMISSION_SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "submission_id": pl.String, "reading": pl.String, "format": pl.String, "refused": pl.Boolean,
    "datasets": pl.List(pl.String), "submitter": pl.String, "made_on": pl.Date, "saved_at": pl.Datetime("us", "UTC"),
    "unread_sheets": pl.List(pl.String),
}  # fmt: skip

# What is known of a submission from one reading alone, and replaced by the next.
OF_A_SUBMISSION = (
    "submission",
    "part",
    "part_year",
    "finding",
    "quarantine",
    "version",
    "version_measure",
    "correction",
    "asked",
    "reshaped",
)


def load_batches(
    warehouse: Warehouse,
    batches: Sequence[tuple[list[SubmissionOutcome], Path | None]],
    readings: dict[str, dict[str, str]],
    contracts: dict[str, Contract],
) -> None:
    """Replaces everything known of the submissions of batches.

    Args:
        batches: each with the folder that holds the rows of its tables, ``<schema>.<table>.parquet``; None or none
            there: no rows.
        readings: what each reading consists of, part → mark.
    """
    folder = Path(tempfile.mkdtemp(dir=warehouse.staging))
    files: dict[str, list[Path]] = {}
    for number, (own, staged) in enumerate(batches):
        whole = pl.DataFrame([f.as_row(o.submission_id) for o in own for f in o.findings], empty_findings().schema)
        for table, frame in {
            "log.submission": pl.DataFrame([_submission_row(o) for o in own], SUBMISSION_SCHEMA),
            "log.finding": with_texts(whole),
        }.items():
            if frame.height:
                files.setdefault(table, []).append(folder / f"{number}.{table}.parquet")
                frame.write_parquet(files[table][-1], compression="uncompressed", statistics=False)
        for path in sorted(staged.glob("*.parquet")) if staged else ():
            files.setdefault(path.stem, []).append(path)
    outcomes = [outcome for own, _ in batches for outcome in own]
    ids = [outcome.submission_id for outcome in outcomes]

    def replace(connection: duckdb.DuckDBPyConnection) -> None:
        _delete_same_readings(connection, outcomes)
        for table in OF_A_SUBMISSION:
            connection.execute(f"DELETE FROM log.{table} WHERE submission_id IN (SELECT unnest(?))", [ids])
        for reading, parts in readings.items():
            connection.execute("DELETE FROM log.reading WHERE reading = ?", [reading])
            fingerprints = [[reading, part, part_fingerprint] for part, part_fingerprint in parts.items()]
            connection.executemany("INSERT INTO log.reading VALUES (?, ?, ?)", fingerprints)
        for table, paths in files.items():
            rows = f"read_parquet([{', '.join(map(sql_text, paths))}])"
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM {rows}")
            schema, _, dataset = table.partition(".")
            if schema == "store":
                connection.execute(
                    f"INSERT INTO log.version SELECT '{dataset}', submitter, program_year, partition_key, "
                    f"submission_id, reading, count(*) FROM {rows} GROUP BY ALL"
                )
                if measures := contracts[dataset].compared:
                    connection.execute(_measures_query(dataset, measures, rows))

    warehouse.write(replace)
    shutil.rmtree(folder)


def _measures_query(dataset: str, measures: list[str], rows: str) -> str:
    """The sums by which a version is judged later, of each measure that its contract compares."""
    sums = ", ".join(f"CAST(coalesce(sum({name}), 0) AS DOUBLE) AS {name}" for name in measures)
    version = "submitter, program_year, partition_key, submission_id, reading"
    return (
        f"INSERT INTO log.version_measure SELECT '{dataset}', {version}, measure, value FROM (UNPIVOT "
        f"(SELECT {version}, {sums} FROM {rows} GROUP BY ALL) ON {', '.join(measures)} INTO NAME measure VALUE value)"
    )


def _delete_same_readings(connection: duckdb.DuckDBPyConnection, outcomes: list[SubmissionOutcome]) -> None:
    """Rows of another reading stay until what replaces them is in force; those of the same one would be doubled."""
    known = connection.execute(
        "SELECT submission_id, reading FROM log.submission WHERE submission_id IN (SELECT unnest(?))",
        [[outcome.submission_id for outcome in outcomes]],
    ).fetchall()
    same = set(known) & {(outcome.submission_id, outcome.reading) for outcome in outcomes}
    for dataset in {dataset for o in outcomes if (o.submission_id, o.reading) in same for dataset in o.datasets}:
        connection.execute(
            f"DELETE FROM store.{dataset} WHERE (submission_id, reading) IN (SELECT (unnest(?), unnest(?)))",
            [[submission for submission, _ in sorted(same)], [reading for _, reading in sorted(same)]],
        )


def _submission_row(outcome: SubmissionOutcome) -> dict[str, object]:
    return {
        "submission_id": outcome.submission_id, "reading": outcome.reading, "format": outcome.format,
        "refused": outcome.refused, "datasets": outcome.datasets, "submitter": outcome.submitter,
        "made_on": outcome.made_on, "saved_at": outcome.saved_at, "unread_sheets": outcome.unread_sheets,
    }  # fmt: skip
