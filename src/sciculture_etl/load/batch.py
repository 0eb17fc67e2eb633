"""A validated batch → the build database, in one transaction."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.findings import Finding, empty_findings, with_texts
from sciculture_etl.load.warehouse import ENVELOPE, Warehouse
from sciculture_etl.settings import sql_text
from sciculture_etl.validate import Validated, submissions_without_data


@dataclass
class SubmissionOutcome:
    """What was made of one file.

    Attributes:
        reading: fingerprint of what it was read with.
        findings: those about the whole file.
    """

    submission_id: str
    reading: str
    format: str | None
    refused: bool
    datasets: list[str]
    submitter: str | None
    made_on: date | None = None
    unread_sheets: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


SUBMISSION_SCHEMA: dict[str, type[pl.DataType] | pl.DataType] = {
    "submission_id": pl.String, "reading": pl.String, "format": pl.String, "refused": pl.Boolean,
    "datasets": pl.List(pl.String), "submitter": pl.String, "made_on": pl.Date, "unread_sheets": pl.List(pl.String),
}  # fmt: skip

# What is known of a submission from one reading alone, and replaced by the next.
OF_A_SUBMISSION = (
    "submission",
    "part",
    "part_year",
    "finding",
    "quarantine",
    "version",
    "correction",
    "asked",
    "reshaped",
)


def partition_key(contract: Contract) -> pl.Expr:
    """What a row belongs to within its dataset, submitter and year; empty where it is of the whole year."""
    terms = {name for name, fld in contract.fields.items() if fld.type == "term"}
    parts = [
        pl.when(pl.col(name) != 0).then(pl.col(name).cast(pl.String)) if name in terms else pl.col(name).cast(pl.String)
        for name in contract.partition[1:]
    ]
    return pl.concat_str([part.fill_null("") for part in parts], separator="|") if parts else pl.lit("")


def load_batch(
    warehouse: Warehouse,
    outcomes: list[SubmissionOutcome],
    validated: list[tuple[Contract, Validated]],
    readings: dict[str, dict[str, str]],
) -> None:
    """Replaces everything known of the batch's submissions.

    Args:
        readings: what each reading consists of, part → mark.
    """
    submissions = pl.DataFrame([_submission_row(o) for o in outcomes], schema=SUBMISSION_SCHEMA)
    whole = [f.as_row(o.submission_id) for o in outcomes for f in o.findings]
    if validated:
        whole += [Finding("R_EMPTY").as_row(s) for s in submissions_without_data([v.accounts for _, v in validated])]
    findings = pl.concat([pl.DataFrame(whole, schema=empty_findings().schema), *(v.findings for _, v in validated)])
    read_with = submissions.select("submission_id", "reading")
    folder = Path(tempfile.mkdtemp(dir=warehouse.staging))
    frames: dict[str, pl.DataFrame] = {
        "log.submission": submissions,
        "log.finding": with_texts(findings),
        "log.part": pl.concat([v.accounts for _, v in validated]) if validated else pl.DataFrame(),
        "log.quarantine": pl.concat([v.quarantine for _, v in validated]) if validated else pl.DataFrame(),
        "log.correction": pl.concat([v.corrections for _, v in validated]) if validated else pl.DataFrame(),
        "log.part_year": pl.concat([v.years for _, v in validated]) if validated else pl.DataFrame(),
    }
    for contract, v in validated:
        rows = v.accepted.join(read_with, on="submission_id", how="left", maintain_order="left")
        rows = rows.with_columns(partition_key(contract).alias("partition_key"))
        frames[f"store.{contract.dataset}"] = rows.select(*ENVELOPE, *contract.columns)
    files = {table: folder / f"{table}.parquet" for table, frame in frames.items() if frame.height}
    for table, path in files.items():
        frames[table].write_parquet(path, compression="uncompressed", statistics=False)
    ids = [outcome.submission_id for outcome in outcomes]
    with warehouse.transaction() as connection:
        _delete_same_readings(connection, outcomes)
        for table in OF_A_SUBMISSION:
            connection.execute(f"DELETE FROM log.{table} WHERE list_contains(?, submission_id)", [ids])
        for reading, parts in readings.items():
            connection.execute("DELETE FROM log.reading WHERE reading = ?", [reading])
            fingerprints = [[reading, part, part_fingerprint] for part, part_fingerprint in parts.items()]
            connection.executemany("INSERT INTO log.reading VALUES (?, ?, ?)", fingerprints)
        for table, path in files.items():
            connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM read_parquet({sql_text(path)})")
        for contract, _ in validated:
            accepted = files.get(f"store.{contract.dataset}")
            if accepted is None:
                continue
            connection.execute(
                f"INSERT INTO log.version SELECT '{contract.dataset}', submitter, program_year, partition_key, "
                f"submission_id, reading, count(*) FROM read_parquet({sql_text(accepted)}) GROUP BY ALL"
            )
    shutil.rmtree(folder)


def _delete_same_readings(connection: duckdb.DuckDBPyConnection, outcomes: list[SubmissionOutcome]) -> None:
    """Rows of another reading stay until what replaces them is in force; those of the same one would be doubled."""
    known = connection.execute(
        "SELECT submission_id, reading FROM log.submission WHERE list_contains(?, submission_id)",
        [[outcome.submission_id for outcome in outcomes]],
    ).fetchall()
    same = set(known) & {(outcome.submission_id, outcome.reading) for outcome in outcomes}
    for dataset in {dataset for o in outcomes if (o.submission_id, o.reading) in same for dataset in o.datasets}:
        connection.executemany(f"DELETE FROM store.{dataset} WHERE submission_id = ? AND reading = ?", sorted(same))


def _submission_row(outcome: SubmissionOutcome) -> dict[str, object]:
    return {
        "submission_id": outcome.submission_id, "reading": outcome.reading, "format": outcome.format,
        "refused": outcome.refused, "datasets": outcome.datasets, "submitter": outcome.submitter,
        "made_on": outcome.made_on, "unread_sheets": outcome.unread_sheets,
    }  # fmt: skip
