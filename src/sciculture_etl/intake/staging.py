"""What a worker does: files → what each is, and all rows and findings as Parquet files in the folder of their batch.

``read_batch`` is a function from values to values, so that any executor can run it: what it is given can be sent to
another process or machine, and what it makes lies in the folder that it was told.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.extract.archive import read_intact
from sciculture_etl.findings import Finding, with_texts
from sciculture_etl.intake.read_fingerprints import ReadFingerprints
from sciculture_etl.intake.reading import Reading, read_submission
from sciculture_etl.settings import Limits
from sciculture_etl.validate import TableCandidate, Validated, submissions_without_data, validate_tables
from sciculture_etl.watching import allow, end_allowance

UNDER_WAY = "under_way"  # the number of the file that is being read; beyond the last: all are, and are validated


@dataclass(frozen=True)
class FileToRead:
    """A file of the archive.

    Attributes:
        place: where its bytes lie.
        path: of its receipt.
        submitter: whom the channel says, if it does.
        is_restricted: whether they were put apart for personal data.
        data: the bytes themselves, for a worker that doesn't see the place.
    """

    submission_id: str
    sha256: str
    size: int
    place: Path
    path: str
    submitter: str | None
    is_restricted: bool = False
    data: bytes | None = field(default=None, repr=False)

    @property
    def file_name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Batch:
    """Files that are read one by one and validated together.

    Attributes:
        contracts: all of them, pickled, so that a worker takes them in once.
        folder: where what comes of them is staged; the worker makes it.
    """

    files: tuple[FileToRead, ...]
    contracts: bytes
    limits: Limits
    folder: Path


@dataclass
class SubmissionOutcome:
    """What was made of one file.

    Attributes:
        reading: fingerprint of what it was read with.
        saved_at: when it was last saved (UTC), as it says itself.
        findings: those about the whole file.
        was_read: whether its reading came to an end; what is in it is unknown otherwise.
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
    was_read: bool = True
    saved_at: datetime | None = None

    @property
    def is_personal(self) -> bool:
        """Whether it was refused for the personal data in it."""
        return any(finding.code == "R_PII" for finding in self.findings)


def read_batch(batch: Batch) -> list[SubmissionOutcome]:
    """Reads and validates files, each within its limits of CPU time and memory.

    Of a file that is refused, nothing is staged; what was found in it comes with its outcome alone, since what is
    personal has to leave the archive before anything is written of it.

    Raises:
        ArchiveError: The bytes of one are lost or changed.
    """
    contracts, limits = unpickled(batch.contracts), batch.limits
    fingerprints = ReadFingerprints(contracts, limits)
    batch.folder.mkdir()
    under_way = os.open(batch.folder / UNDER_WAY, os.O_CREAT | os.O_WRONLY, 0o600)
    outcomes: list[SubmissionOutcome] = []
    candidates: dict[str, list[TableCandidate]] = {}
    try:
        for number, file in enumerate(batch.files):
            os.pwrite(under_way, b"%9d" % number, 0)
            allow(limits.cpu_seconds_of(file.size), limits.memory_bytes, batch.folder)
            reading = read_submission(bytes_of(file), contracts, limits, file.path)
            outcomes.append(outcome_of(file, reading, fingerprints))
            for part, table in enumerate(reading.tables, start=1):
                submitter = outcomes[-1].submitter or ""
                candidate = TableCandidate(file.submission_id, part, submitter, file.file_name, table)
                candidates.setdefault(table.contract.dataset, []).append(candidate)
        os.pwrite(under_way, b"%9d" % len(batch.files), 0)
        if len(batch.files) > 1:  # of a file alone, the limits hold for both
            total = sum(file.size for file in batch.files)
            allow(limits.cpu_seconds_of(total), limits.memory_bytes, batch.folder)
        validated = [validate_tables(contracts[name], tables) for name, tables in sorted(candidates.items())]
        _report_empty(outcomes, validated)
        _stage(batch.folder, outcomes, dict(zip(sorted(candidates), validated, strict=True)), contracts)
    finally:
        os.close(under_way)
        end_allowance()
    return outcomes


@lru_cache(maxsize=1)
def unpickled(contracts: bytes) -> dict[str, Contract]:
    loaded: dict[str, Contract] = pickle.loads(contracts)
    return loaded


def bytes_of(file: FileToRead) -> bytes:
    """The bytes of one submission.

    Raises:
        ArchiveError: Where they are missing or not as received.
    """
    if file.data is not None:
        return file.data
    changed = "restricted_file_changed" if file.is_restricted else "archived_file_changed"
    return read_intact(file.place, file.sha256, changed)


def outcome_of(file: FileToRead, reading: Reading, fingerprints: ReadFingerprints) -> SubmissionOutcome:
    """What was made of a file; one of which nobody says who sent it is refused."""
    submitter = file.submitter or reading.submitter
    if reading.tables and submitter is None:
        reading.findings.append(Finding("R_SUBMITTER_UNKNOWN"))
        reading.refused, reading.tables = True, []
    datasets = sorted({table.contract.dataset for table in reading.tables})
    return SubmissionOutcome(
        file.submission_id, fingerprints.reading(datasets, bool(reading.unread_sheets), file.path), reading.format,
        reading.refused, datasets, submitter,
        max((table.made_on for table in reading.tables if table.made_on), default=None),
        reading.unread_sheets, reading.findings, saved_at=reading.saved_at,
    )  # fmt: skip


def _report_empty(outcomes: list[SubmissionOutcome], validated: list[Validated]) -> None:
    empty = set(submissions_without_data([v.accounts for v in validated])) if validated else set()
    for outcome in outcomes:
        if outcome.submission_id in empty:
            outcome.findings.append(Finding("R_EMPTY"))


def partition_key(contract: Contract) -> pl.Expr:
    """What a row belongs to within its dataset, submitter and year; empty where it is of the whole year."""
    terms = {name for name, fld in contract.fields.items() if fld.type == "term"}
    parts = [
        pl.when(pl.col(name) != 0).then(pl.col(name).cast(pl.String)) if name in terms else pl.col(name).cast(pl.String)
        for name in contract.partition[1:]
    ]
    return pl.concat_str([part.fill_null("") for part in parts], separator="|") if parts else pl.lit("")


def _stage(
    folder: Path, outcomes: list[SubmissionOutcome], validated: dict[str, Validated], contracts: dict[str, Contract]
) -> None:
    readings = {outcome.submission_id: outcome.reading for outcome in outcomes}
    for table, frame in _tables(validated, contracts, readings):
        if frame.height:
            frame.write_parquet(folder / f"{table}.parquet", compression="uncompressed", statistics=False)


def _tables(
    validated: dict[str, Validated], contracts: dict[str, Contract], readings: dict[str, str]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Table of the build database → its rows."""
    for dataset, v in validated.items():
        contract = contracts[dataset]
        rows = v.accepted.with_columns(
            pl.col("submission_id").replace_strict(readings, return_dtype=pl.String).alias("reading"),
            partition_key(contract).alias("partition_key"),
        )
        yield f"store.{dataset}", rows
    if validated:
        yield "log.finding", with_texts(pl.concat([v.findings for v in validated.values()]))
        yield "log.part", pl.concat([v.accounts for v in validated.values()])
        yield "log.quarantine", pl.concat([v.quarantine for v in validated.values()])
        yield "log.correction", pl.concat([v.corrections for v in validated.values()])
        yield "log.part_year", pl.concat([v.years for v in validated.values()])
