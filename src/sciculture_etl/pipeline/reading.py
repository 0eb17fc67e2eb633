"""Archive → build database: which submissions must be read, and reading them in batches."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from sciculture_etl.contracts import Contract
from sciculture_etl.errors import ArchiveError
from sciculture_etl.extract import Archive, Decisions, Receipt, Restricted, Verdict, damage_in, describe_damage
from sciculture_etl.findings import Finding
from sciculture_etl.intake import Reading, read_submission
from sciculture_etl.load import Warehouse, load_batch
from sciculture_etl.load.batch import SubmissionOutcome
from sciculture_etl.pipeline.journal import Runs
from sciculture_etl.pipeline.read_fingerprints import ReadFingerprints, what_changed
from sciculture_etl.pipeline.report import Progress
from sciculture_etl.privacy import masked_kinds
from sciculture_etl.settings import Settings
from sciculture_etl.validate import TableCandidate, validate_tables

MAX_READERS = 3
PACKED = 6  # a workbook's text is about so many times its bytes
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")
NEW = "new"
RESHAPED = "its rows lost columns to a contract that was changed"


@dataclass(frozen=True)
class Stale:
    """A submission that must be read, and why, in words."""

    receipt: Receipt
    why: list[str]


class Intake:
    """The submissions of the archive, as one run sees them.

    Attributes:
        read_seconds, read_bytes: spent and read so far.
    """

    def __init__(
        self, settings: Settings, contracts: dict[str, Contract], warehouse: Warehouse, archive: Archive,
        progress: Progress,
    ) -> None:  # fmt: skip
        self._settings = settings
        self._contracts = contracts
        self._warehouse = warehouse
        self._archive = archive
        self._restricted = Restricted(settings.restricted, archive)
        self._fingerprints = ReadFingerprints(contracts, settings.limits)
        self._progress = progress
        self.read_seconds = 0.0
        self.read_bytes = 0

    def resume_pending(self) -> None:
        """Finishes what a killed run left of files with personal data, and deletes what has been kept for its days."""
        self._restricted.resume_pending(self._settings.personal_retention_days, Runs(self._archive.folder).last_night())

    def sync_receipts(self) -> list[Receipt]:
        """Brings the build database's receipts and withdrawals in line with the archive; returns all receipts."""
        self.resume_pending()
        receipts = self._archive.receipts()
        self._warehouse.record_receipts(receipts)
        self._warehouse.record_withdrawals(Decisions(self._archive.folder).withdrawn(receipts))
        return receipts

    def stale(self, receipts: Sequence[Receipt]) -> list[Stale]:
        """The submissions not yet read with today's contracts, reader and regions."""
        known = {
            row["submission_id"]: row
            for row in self._warehouse.rows(
                "SELECT submission_id, reading, datasets, len(unread_sheets) > 0 AS whole FROM log.submission"
            )
        }
        reshaped = self.reshaped()
        before = self._readings()
        found = []
        for receipt in one_a_submission(receipts):
            row = known.get(receipt.submission_id)
            if row is None:
                found.append(Stale(receipt, [NEW]))
            elif row["reading"] != self._fingerprints.reading(row["datasets"], row["whole"], receipt.path):
                now = self._fingerprints.parts(row["datasets"], row["whole"], receipt.path)
                found.append(Stale(receipt, what_changed(before.get(row["reading"], {}), now)))
            elif receipt.submission_id in reshaped:
                found.append(Stale(receipt, [RESHAPED]))
        return found

    def reshaped(self) -> set[str]:
        """Submissions whose rows lost columns to a changed contract and weren't read again since."""
        return {row["submission_id"] for row in self._warehouse.rows("FROM log.reshaped")}

    def _readings(self) -> dict[str, dict[str, str]]:
        parts: dict[str, dict[str, str]] = {}
        for row in self._warehouse.rows("FROM log.reading"):
            parts.setdefault(row["reading"], {})[row["part"]] = row["mark"]
        return parts

    def read(self, receipts: Sequence[Receipt], what: str = "") -> None:
        """Reads, validates and loads submissions, batch by batch, each in one transaction.

        Args:
            what: the end of the names under which progress is told.
        """
        began = time.monotonic()
        with ThreadPoolExecutor(MAX_READERS) as pool, self.all_damage_reported(receipts):
            for batch in self._batches(receipts):
                readings = []
                for reading in pool.map(self._read, batch):
                    readings.append(reading)
                    self._progress.advance(f"read{what}")
                self._restrict(batch, readings)
                self._load(batch, readings)
                self._progress.advance(f"validate{what}", len(batch))
        self.read_seconds += time.monotonic() - began
        self.read_bytes += sum(receipt.size for receipt in receipts)

    @contextmanager
    def all_damage_reported(self, receipts: Sequence[Receipt]) -> Iterator[None]:
        """One damaged file stops the run, but all of them are told, so that a backup has to be fetched only once."""
        try:
            yield
        except ArchiveError as first:
            kept = [receipt for receipt in receipts if not self._restricted.has_known(receipt.sha256)]
            raise (describe_damage(damage_in(self._archive, kept)) or first) from None

    def _batches(self, receipts: Sequence[Receipt]) -> Iterator[list[Receipt]]:
        batch: list[Receipt] = []
        size = 0
        for receipt in receipts:
            weight = receipt.size * (PACKED if receipt.file_name.lower().endswith(WORKBOOKS) else 1)
            if batch and size + weight > self._settings.batch_bytes:
                yield batch
                batch, size = [], 0
            batch.append(receipt)
            size += weight
        if batch:
            yield batch

    def _read(self, receipt: Receipt) -> Reading:
        if found := self._restricted.deleted(receipt.sha256):
            reading = Reading(found.format, findings=list(found.findings), refused=True)
        else:
            place = self._restricted if self._restricted.has_file(receipt.sha256) else self._archive
            data = place.read(receipt.sha256)
            reading = read_submission(data, self._contracts, self._settings.limits, receipt.path)
        return reading

    def _restrict(self, batch: list[Receipt], readings: list[Reading]) -> None:
        """Files with personal data leave the archive before anything is written of them."""
        for receipt, reading in zip(batch, readings, strict=True):
            if reading.is_personal and not self._restricted.deleted(receipt.sha256):
                self._restricted.restrict(receipt.sha256, Verdict(reading.format, reading.findings))
            elif self._restricted.has_file(receipt.sha256):
                self._restricted.give_back(receipt.sha256)

    def _load(self, batch: list[Receipt], readings: list[Reading]) -> None:
        outcomes: list[SubmissionOutcome] = []
        candidates: dict[str, list[TableCandidate]] = {}
        parts: dict[str, dict[str, str]] = {}
        for receipt, reading in zip(batch, readings, strict=True):
            submitter = receipt.submitter or reading.submitter
            if reading.tables and submitter is None:
                reading.findings.append(Finding("R_SUBMITTER_UNKNOWN"))
                reading.refused, reading.tables = True, []
            datasets = sorted({table.contract.dataset for table in reading.tables})
            made_on = max((table.made_on for table in reading.tables if table.made_on), default=None)
            read_with = (datasets, bool(reading.unread_sheets), receipt.path)
            read_fingerprint = self._fingerprints.reading(*read_with)
            if read_fingerprint not in parts:
                parts[read_fingerprint] = self._fingerprints.parts(*read_with)
            outcomes.append(
                SubmissionOutcome(
                    receipt.submission_id, read_fingerprint, reading.format, reading.refused, datasets, submitter,
                    made_on,
                    reading.unread_sheets, reading.findings,
                )
            )  # fmt: skip
            for part, table in enumerate(reading.tables, start=1):
                candidate = TableCandidate(receipt.submission_id, part, submitter or "", receipt.file_name, table)
                candidates.setdefault(table.contract.dataset, []).append(candidate)
        validated = [
            (self._contracts[dataset], validate_tables(self._contracts[dataset], tables))
            for dataset, tables in sorted(candidates.items())
        ]
        load_batch(self._warehouse, outcomes, validated, parts)


def one_a_submission(receipts: Sequence[Receipt]) -> list[Receipt]:
    """The first receipt of each, unless it is under a name that tells of a person and another isn't."""
    first: dict[str, Receipt] = {}
    for receipt in receipts:
        before = first.setdefault(receipt.submission_id, receipt)
        if before is not receipt and masked_kinds(before.path) and not masked_kinds(receipt.path):
            first[receipt.submission_id] = receipt
    return list(first.values())
