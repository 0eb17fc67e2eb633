"""The steps as methods of one run, in the order in which they are called. Knows nothing of who orchestrates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sciculture_etl.contracts import Contract, load_contracts, load_promises
from sciculture_etl.extract import (
    Archive,
    Damaged,
    Decisions,
    Extraction,
    Receipt,
    Restricted,
    Verdict,
    damage_in,
    extract_submissions,
    tell_damage,
)  # fmt: skip
from sciculture_etl.feedback import answer_all
from sciculture_etl.findings import Finding
from sciculture_etl.load import Warehouse, accept_versions, load_batch, writer_lock
from sciculture_etl.load.accept import Acceptance
from sciculture_etl.load.batch import SubmissionOutcome
from sciculture_etl.load.warehouse import discard_database
from sciculture_etl.model import Model, build_model
from sciculture_etl.personal import masked_kinds
from sciculture_etl.publish import Figure, Publication, publish_release, read_figures_checked
from sciculture_etl.read import Reading, read_submission
from sciculture_etl.regions import REFERENCE_VERSION
from sciculture_etl.settings import EXPECTATIONS, Settings, code_version, fingerprint
from sciculture_etl.validate import Candidate, validate_tables

SEOUL = ZoneInfo("Asia/Seoul")
KINDS = ("nightly", "backfill", "rebuild", "publish")
READERS = 3
PACKED = 6  # a workbook's text is about so many times its bytes


class Progress(Protocol):
    """What a live view listens to."""

    def start(self, step: str, total: int) -> None: ...

    def advance(self, step: str, count: int = 1) -> None: ...


class Silent:
    def start(self, step: str, total: int) -> None: ...

    def advance(self, step: str, count: int = 1) -> None: ...


@dataclass
class RunReport:
    """What a run did, for people and machines. verdicts, rows, findings: of all submissions; new_verdicts: of those
    received in this run (read_count may be higher: a changed contract has files read again). missing: reports that are
    due and didn't come. unfit_corrections: those whose guard fails, with stale or not_found. answers: written to the
    outbox in this run. set_aside: why the build database was set aside and made again, if it was."""

    extraction: Extraction = field(default_factory=Extraction)
    read_count: int = 0
    acceptance: Acceptance = field(default_factory=Acceptance)
    rebuilt: list[str] = field(default_factory=list)
    publication: Publication = field(default_factory=lambda: Publication("unchanged", None))
    verdicts: dict[str, int] = field(default_factory=dict)
    new_verdicts: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    findings: dict[str, int] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    missing: int = 0
    unfit_corrections: dict[str, str] = field(default_factory=dict)
    answers: int = 0
    set_aside: str | None = None


class Run:
    """One run over an open warehouse: call the steps in order. Every step can be repeated after a kill."""

    def __init__(
        self, settings: Settings, contracts: dict[str, Contract], warehouse: Warehouse, progress: Progress
    ) -> None:
        self.settings = settings
        self.contracts = contracts
        self.promises = load_promises()
        self.warehouse = warehouse
        self.progress = progress
        self.today = datetime.now(SEOUL).date()
        self.archive = Archive(settings.archive)
        self.restricted = Restricted(settings.restricted, self.archive)
        self.report = RunReport(set_aside=warehouse.set_aside)
        self._reader = fingerprint(
            code_version("contracts", "personal", "read", "validate", "regions"),
            REFERENCE_VERSION,
            repr(settings.limits),
            *((EXPECTATIONS / words).read_bytes() for words in ("findings.yml", "formats.yml")),
        )
        self._model = Model()

    @classmethod
    @contextmanager
    def open(
        cls,
        settings: Settings,
        progress: Progress | None = None,
        wait_seconds: float = 0,
        kind: str = "nightly",
    ) -> Iterator[Run]:
        """Takes the writer's lock and opens the warehouse; a rebuild begins with an empty one. Raises Busy where
        another run holds it. kind: one of ``KINDS``."""
        contracts = load_contracts()
        with writer_lock(settings.warehouse, wait_seconds, kind):
            if kind == "rebuild":
                discard_database(settings.build_database)
            with Warehouse.open(settings.build_database, settings.staging, contracts) as warehouse:
                yield cls(settings, contracts, warehouse, progress or Silent())

    def extract(self) -> Extraction:
        """Channels → archive."""
        self.report.extraction = extract_submissions(self.settings, self.archive)
        return self.report.extraction

    def read_and_load(self) -> int:
        """Archive → build database, for every submission not yet read with today's contracts, reader and regions.

        Returns how many were read.
        """
        self.restricted.settle(self.settings.personal_retention_days)
        receipts = self.archive.receipts()
        self.warehouse.record_receipts(receipts)
        self.warehouse.record_withdrawals(Decisions(self.archive.folder).withdrawn(receipts))
        pending = self._pending(receipts)
        self.report.read_count = len(pending)
        if not pending:
            return 0
        self.progress.start("read", len(pending))
        self.progress.start("validate", len(pending))
        with ThreadPoolExecutor(READERS) as pool, self._all_damage_told(pending):
            for batch in self._batches(pending):
                readings = list(pool.map(self._read, batch))
                self._keep_apart(batch, readings)
                self._load(batch, readings)
                self.progress.advance("validate", len(batch))
        return len(pending)

    def accept(self) -> Acceptance:
        """Puts the newest versions in force, year by year where the year's suite holds."""
        self.report.acceptance = accept_versions(self.warehouse, self.contracts)
        return self.report.acceptance

    def model(self) -> list[str]:
        """Rows in force → dimensions, facts, marts. Returns the tables that were made again."""
        self._model = build_model(self.warehouse, self.contracts, self.promises, self.today)
        self.report.rebuilt = self._model.rebuilt
        return self._model.rebuilt

    def publish(self) -> Publication:
        """Marts → release, and the swap."""
        self.report.publication = publish_release(
            self.settings, self.warehouse, self.contracts, self.promises, self._model
        )
        self._summarise()
        return self.report.publication

    def answer(self) -> int:
        """What was found → the outbox, for every submission of which that is new. Returns how many were answered."""
        with self._all_damage_told(self.archive.receipts()):
            self.report.answers = answer_all(
                self.warehouse, self.contracts, self.settings.archive, self.settings.outbox,
                lambda count: self.progress.start("answers", count), lambda: self.progress.advance("answers"),
            )  # fmt: skip
        return self.report.answers

    def steps(self) -> RunReport:
        """All steps, for callers without an orchestrator."""
        self.extract()
        self.read_and_load()
        self.accept()
        self.model()
        self.publish()
        self.answer()
        return self.report

    @contextmanager
    def _all_damage_told(self, receipts: list[Receipt]) -> Iterator[None]:
        """One damaged file stops the run, but all of them are told, so that a backup has to be fetched only once."""
        try:
            yield
        except Damaged as first:
            kept = [receipt for receipt in receipts if not self.restricted.knows(receipt.sha256)]
            raise (tell_damage(damage_in(self.archive, kept)) or first) from None

    def _reading_mark(self, datasets: list[str], whole: bool, path: str) -> str:
        """Fingerprint of what a file is read with. Where not all of it was recognised, any contract may change that.
        The same bytes under a name that tells of no person any more are read again."""
        names = list(self.contracts) if whole or not datasets else [d for d in datasets if d in self.contracts]
        told = ["personal name"] if masked_kinds(path) else []
        return fingerprint(self._reader, *(self.contracts[name].fingerprint for name in sorted(names)), *told)

    def _pending(self, receipts: list[Receipt]) -> list[Receipt]:
        known = {
            row["submission_id"]: row
            for row in self.warehouse.rows("SELECT submission_id, reading, datasets, unread_sheets FROM log.submission")
        }
        first: dict[str, Receipt] = {}
        for receipt in receipts:
            before = first.setdefault(receipt.submission_id, receipt)
            if masked_kinds(before.path) and not masked_kinds(receipt.path):
                first[receipt.submission_id] = receipt
        pending = []
        for receipt in first.values():
            row = known.get(receipt.submission_id)
            if not row or row["reading"] != self._reading_mark(
                row["datasets"], bool(row["unread_sheets"]), receipt.path
            ):
                pending.append(receipt)
        return pending

    def _batches(self, receipts: list[Receipt]) -> Iterator[list[Receipt]]:
        batch: list[Receipt] = []
        size = 0
        for receipt in receipts:
            weight = receipt.size * (
                PACKED if receipt.file_name.lower().endswith((".xlsx", ".xlsm", ".xlsb", ".ods")) else 1
            )
            if batch and size + weight > self.settings.batch_bytes:
                yield batch
                batch, size = [], 0
            batch.append(receipt)
            size += weight
        if batch:
            yield batch

    def _read(self, receipt: Receipt) -> Reading:
        if found := self.restricted.deleted(receipt.sha256):
            reading = Reading(found.format, findings=list(found.findings), refused=True)
        else:
            place = self.restricted if self.restricted.holds(receipt.sha256) else self.archive
            reading = read_submission(place.read(receipt.sha256), self.contracts, self.settings.limits, receipt.path)
        self.progress.advance("read")
        return reading

    def _keep_apart(self, batch: list[Receipt], readings: list[Reading]) -> None:
        """Files with personal data leave the archive before anything is written of them."""
        for receipt, reading in zip(batch, readings, strict=True):
            if reading.is_personal and not self.restricted.deleted(receipt.sha256):
                self.restricted.restrict(receipt.sha256, Verdict(reading.format, reading.findings))
            elif self.restricted.holds(receipt.sha256):
                self.restricted.give_back(receipt.sha256)

    def _load(self, batch: list[Receipt], readings: list[Reading]) -> None:
        outcomes: list[SubmissionOutcome] = []
        candidates: dict[str, list[Candidate]] = {}
        for receipt, reading in zip(batch, readings, strict=True):
            submitter = receipt.submitter or reading.submitter
            if reading.tables and submitter is None:
                reading.findings.append(Finding("R_SUBMITTER_UNKNOWN"))
                reading.refused, reading.tables = True, []
            datasets = sorted({table.contract.dataset for table in reading.tables})
            made_on = max((table.made_on for table in reading.tables if table.made_on), default=None)
            outcomes.append(
                SubmissionOutcome(
                    receipt.submission_id, self._reading_mark(datasets, bool(reading.unread_sheets), receipt.path),
                    reading.format,
                    reading.refused, datasets, submitter, made_on, reading.unread_sheets, reading.findings,
                )
            )  # fmt: skip
            for part, table in enumerate(reading.tables, start=1):
                candidate = Candidate(receipt.submission_id, part, submitter or "", receipt.file_name, table)
                candidates.setdefault(table.contract.dataset, []).append(candidate)
        validated = [
            (self.contracts[dataset], validate_tables(self.contracts[dataset], tables))
            for dataset, tables in sorted(candidates.items())
        ]
        load_batch(self.warehouse, outcomes, validated)

    def _summarise(self) -> None:
        report = self.report
        if self.warehouse.value(
            "SELECT count(*) FROM information_schema.tables WHERE table_name = 'mart_submission_log'"
        ):
            rows = self.warehouse.rows("SELECT * FROM mart_submission_log")
            report.verdicts = dict(Counter(row["verdict"] for row in rows))
            new = {receipt.path for receipt in report.extraction.received}
            last = {row["source_file"]: row["verdict"] for row in rows if row["source_file"] in new}
            report.new_verdicts = dict(Counter(last.values()))
            kinds = ("read", "loaded", "quarantined", "left_out")
            report.rows = {kind: sum(row[f"rows_{kind}"] for row in rows) for kind in kinds}
            found = self.warehouse.rows("SELECT code, count(*) AS n FROM mart_row_error GROUP BY code ORDER BY code")
            report.findings = {row["code"]: row["n"] for row in found}
            report.figures = read_figures_checked(self.warehouse.connection)
            report.missing = self.warehouse.value(
                "SELECT count(*) FROM mart_submission_status WHERE status = 'missing'"
            )
            unfit = self.warehouse.rows("SELECT * FROM mart_correction WHERE status IN ('stale', 'not_found')")
            report.unfit_corrections = {row["correction"]: row["status"] for row in unfit}
