"""Archive → build database: which submissions must be read, and reading them in batches."""

from __future__ import annotations

import pickle
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sciculture_etl.contracts import Contract
from sciculture_etl.errors import ArchiveError
from sciculture_etl.extract import (
    Archive,
    Closings,
    Damage,
    Decisions,
    Receipt,
    Restricted,
    Verdict,
    damage_in,
    describe_damage,
    lost_in,
)
from sciculture_etl.intake import Reading
from sciculture_etl.intake.open_workers import Workers, open_workers
from sciculture_etl.intake.read_fingerprints import ReadFingerprints, what_changed
from sciculture_etl.intake.staging import Batch, FileToRead, SubmissionOutcome, outcome_of
from sciculture_etl.load import Warehouse, load_batches
from sciculture_etl.load.decided import record_decisions
from sciculture_etl.pipeline.journal import Runs
from sciculture_etl.pipeline.report import Progress
from sciculture_etl.privacy import masked_kinds
from sciculture_etl.settings import Settings

# Batches are about alike: so many for each worker, of at least so much, where a file weighs something however small.
BATCHES_A_WORKER = 3
MIN_BATCH_BYTES = 4 * 1024**2
BYTES_A_FILE = 16 * 1024
# So many are loaded together: the engine writes rows that come in few large pieces in half the time.
LOADED_BYTES = 64 * 1024**2
PACKED = 6  # a workbook's text is about so many times its bytes
WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")
NEW = "new"
RESHAPED = "its rows lost columns to a contract that was changed"


@dataclass(frozen=True)
class Stale:
    """A submission that must be read, and why, in words."""

    receipt: Receipt
    why: list[str]


@dataclass(frozen=True)
class Read:
    """Files with what was made of each, and the folder in which their rows are staged; without one, they have none."""

    files: Sequence[FileToRead]
    outcomes: list[SubmissionOutcome]
    folder: Path | None = None


class Intake:
    """The submissions of the archive, as one run sees them.

    Attributes:
        left_out: workers of the cluster that couldn't be used, with the reason in words.
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
        self._workers: Workers | None = None
        self._open = ExitStack()
        self.left_out: dict[str, str] = {}
        self.read_seconds = 0.0
        self.read_bytes = 0

    def end_reading(self) -> None:
        """Lets go of the workers, which are kept from one reading of the run to the next."""
        self._workers = None
        self._open.close()

    def go_on_with(self, warehouse: Warehouse) -> None:
        """The build database was closed meanwhile, and is open again."""
        self._warehouse = warehouse

    def resume_pending(self) -> None:
        """Finishes what a killed run left of files with personal data, and deletes what has been kept for its days."""
        self._restricted.resume_pending(self._settings.personal_retention_days, Runs(self._archive.folder).last_night())

    def damages(self, should_verify: bool) -> list[Damage]:
        """What the archive lacks of all that was received.

        Args:
            should_verify: whether sizes are compared, too, since files may have lost their bytes with the power.
        """
        self.resume_pending()
        kept = [receipt for receipt in self._archive.receipts() if not self._restricted.has_known(receipt.sha256)]
        return damage_in(self._archive, kept, quick=True) if should_verify else lost_in(self._archive, kept)

    def sync_receipts(self) -> list[Receipt]:
        """Brings the build database's receipts and decisions in line with the archive; returns all receipts."""
        self.resume_pending()
        receipts = self._archive.receipts()
        self._warehouse.record_receipts(receipts)
        self.sync_decisions()
        return receipts

    def sync_decisions(self) -> None:
        """Brings what holds of people's decisions in the build database in line with the archive."""
        folder = self._archive.folder
        record_decisions(self._warehouse, Decisions(folder), Closings(folder), self._archive.receipts())

    def stale(self, receipts: Sequence[Receipt]) -> list[Stale]:
        """The submissions not yet read with today's contracts, reader and regions.

        One that was withdrawn before it was ever read isn't read.
        """
        known = {
            row["submission_id"]: row
            for row in self._warehouse.rows(
                "SELECT submission_id, reading, datasets, len(unread_sheets) > 0 AS whole FROM log.submission"
            )
        }
        reshaped = self.reshaped()
        before = self._readings()
        withdrawals = Decisions(self._archive.folder).withdrawn(list(receipts))
        never = {decision.submission_id for decision in withdrawals if decision.unread}
        found = []
        for receipt in one_a_submission(receipts):
            row = known.get(receipt.submission_id)
            if row is None:
                if receipt.submission_id not in never:
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
        """Reads and validates submissions batch by batch, and loads them, a few batches in one transaction.

        Args:
            what: the end of the names under which progress is told.
        """
        began = time.monotonic()
        gone = [self._file(receipt) for receipt in receipts if self._restricted.deleted(receipt.sha256)]
        self._load([Read(gone, [self._deleted(file) for file in gone])])
        if there := [receipt for receipt in receipts if not self._restricted.deleted(receipt.sha256)]:
            self._read(there, what)
        self.read_seconds += time.monotonic() - began
        self.read_bytes += sum(receipt.size for receipt in receipts)

    def _read(self, receipts: Sequence[Receipt], what: str) -> None:
        # The cores belong to the workers by now.
        with self.all_damage_reported(receipts), self._warehouse.beside_workers():
            workers = self._workers = self._workers or self._open.enter_context(open_workers(self._settings))
            self._read_by(workers, receipts, what)
            self.left_out |= workers.left_out

    def _read_by(self, workers: Workers, receipts: Sequence[Receipt], what: str) -> None:
        with closing(workers.read(self._batches(receipts, workers.count))) as done:
            waiting: list[Read] = []
            weight = 0
            for batch, outcomes in done:
                self._progress.advance(f"read{what}", len(outcomes))
                self._restrict(batch, outcomes)
                waiting.append(Read(batch.files, outcomes, batch.folder))
                weight += sum(_weight(file.file_name, file.size) for file in batch.files)
                if weight >= LOADED_BYTES:
                    self._load(waiting, what)
                    waiting, weight = [], 0
            self._load(waiting, what)

    @contextmanager
    def all_damage_reported(self, receipts: Sequence[Receipt]) -> Iterator[None]:
        """One damaged file stops the run, but all of them are told, so that a backup has to be fetched only once."""
        try:
            yield
        except ArchiveError as first:
            kept = [receipt for receipt in receipts if not self._restricted.has_known(receipt.sha256)]
            raise (describe_damage(damage_in(self._archive, kept)) or first) from None

    def _batches(self, receipts: Sequence[Receipt], workers: int) -> list[Batch]:
        """Of about the same work: few enough that each has much in common, enough that every worker has some."""
        folder = Path(tempfile.mkdtemp(dir=self._warehouse.staging))
        contracts = pickle.dumps(self._contracts)
        weights = [_weight(receipt.file_name, receipt.size) for receipt in receipts]
        fair = max(MIN_BATCH_BYTES, sum(weights) // (workers * BATCHES_A_WORKER))
        most = min(self._settings.batch_bytes, fair)
        groups: list[list[Receipt]] = []
        size = 0
        for receipt, weight in zip(receipts, weights, strict=True):
            if not groups or size + weight > most:
                groups.append([])
                size = 0
            groups[-1].append(receipt)
            size += weight
        return [
            Batch(tuple(map(self._file, group)), contracts, self._settings.limits, folder / str(number))
            for number, group in enumerate(groups)
        ]

    def _file(self, receipt: Receipt) -> FileToRead:
        restricted = self._restricted.has_file(receipt.sha256)
        place = (self._restricted if restricted else self._archive).path_of(receipt.sha256)
        return FileToRead(
            receipt.submission_id, receipt.sha256, receipt.size, place, receipt.path, receipt.submitter, restricted
        )

    def _deleted(self, file: FileToRead) -> SubmissionOutcome:
        """Of a file with personal data whose bytes are no more: what was found in it then."""
        found = self._restricted.deleted(file.sha256)
        assert found is not None
        reading = Reading(found.format, findings=list(found.findings), refused=True)
        return outcome_of(file, reading, self._fingerprints)

    def _restrict(self, batch: Batch, outcomes: list[SubmissionOutcome]) -> None:
        """Files with personal data leave the archive before anything is written of them."""
        for file, outcome in zip(batch.files, outcomes, strict=True):
            if outcome.is_personal:
                self._restricted.restrict(file.sha256, Verdict(outcome.format, outcome.findings))
            elif outcome.was_read and self._restricted.has_file(file.sha256):
                self._restricted.give_back(file.sha256)

    def _load(self, done: Sequence[Read], what: str = "") -> None:
        """Into the build database, in one transaction."""
        parts = {
            outcome.reading: self._fingerprints.parts(outcome.datasets, bool(outcome.unread_sheets), file.path)
            for batch in done
            for file, outcome in zip(batch.files, batch.outcomes, strict=True)
        }
        if parts:
            load_batches(self._warehouse, [(batch.outcomes, batch.folder) for batch in done], parts, self._contracts)
        for batch in done:
            if batch.folder:
                shutil.rmtree(batch.folder, ignore_errors=True)
                self._progress.advance(f"validate{what}", len(batch.outcomes))


def _weight(name: str, size: int) -> int:
    return BYTES_A_FILE + size * (PACKED if name.lower().endswith(WORKBOOKS) else 1)


def one_a_submission(receipts: Sequence[Receipt]) -> list[Receipt]:
    """The first receipt of each, unless it is under a name that tells of a person and another isn't."""
    first: dict[str, Receipt] = {}
    for receipt in receipts:
        before = first.setdefault(receipt.submission_id, receipt)
        if before is not receipt and masked_kinds(before.path) and not masked_kinds(receipt.path):
            first[receipt.submission_id] = receipt
    return list(first.values())
