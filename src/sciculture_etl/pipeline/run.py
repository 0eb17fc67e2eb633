"""What a run can do, as its methods; ``steps.py`` has their order for every kind of run, ``summary.py`` their sum."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sciculture_etl.contracts import Contract, load_contracts, load_table_contracts, table_contracts_over
from sciculture_etl.errors import NotReadyError, ReleaseError
from sciculture_etl.extract import Archive, Clock, Extraction, Receipt, extract_submissions, machine_clock
from sciculture_etl.failures import describe_failure
from sciculture_etl.feedback import answer_all, remind_all
from sciculture_etl.intake.open_workers import scheduler_address
from sciculture_etl.intake.workers import prepare_workers
from sciculture_etl.load import Warehouse, accept_versions, writer_lock
from sciculture_etl.load.accept import Acceptance, choose_versions
from sciculture_etl.load.beside import BackfillAtWork
from sciculture_etl.load.builds import build_of
from sciculture_etl.load.scope import EVERYTHING, Scope
from sciculture_etl.load.year_states import record_year_states
from sciculture_etl.messages import message
from sciculture_etl.model import Model, build_model
from sciculture_etl.pipeline.backfill import Plan, approve_locked, ask_for, files_left, make_plan
from sciculture_etl.pipeline.checklist import Evidence, run_checks
from sciculture_etl.pipeline.hold import Hold, backfill_at_work, left_to
from sciculture_etl.pipeline.journal import RunRecord, Runs
from sciculture_etl.pipeline.moving import in_force
from sciculture_etl.pipeline.reading import NEW, Intake, Stale
from sciculture_etl.pipeline.report import PAGES, Noted, Progress, Reasons, RunReport, Silent
from sciculture_etl.pipeline.summary import details_of, fill_report
from sciculture_etl.publish import NOTHING, Announcement, Publication, end_hold, publish_release
from sciculture_etl.publish.announcement import announcement_in
from sciculture_etl.publish.going_out import publish_due
from sciculture_etl.publish.lake_releases import IN_LAKE, why_behind
from sciculture_etl.publish.retention import read_manifest
from sciculture_etl.publish.scheduled import refuse_while_scheduled
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.settings import Settings
from sciculture_etl.stopping import stop_if_asked
from sciculture_etl.storage.disk import machine_errors_described
from sciculture_etl.storage.lock import BACKFILL, sign
from sciculture_etl.versions.upgrade import close_published_years

SEOUL = ZoneInfo("Asia/Seoul")


class Run:
    """One run over an open warehouse. Everything that it does can be repeated after a kill."""

    def __init__(
        self,
        settings: Settings,
        contracts: dict[str, Contract],
        warehouse: Warehouse,
        progress: Progress,
        record: RunRecord,
        outputs: Collection[str] | None = None,
        clock: Clock = machine_clock,
        announcement: Announcement = NOTHING,
        at: datetime | None = None,
        hold: Hold | None = None,
    ) -> None:
        self.settings = settings
        self.contracts = contracts
        is_own = contracts is not load_contracts()
        self.table_contracts = table_contracts_over(contracts) if is_own else load_table_contracts()
        self.warehouse = warehouse
        self._hold = hold
        self.progress = Noted(settings.warehouse, progress)
        self.clock = clock
        self.today = clock().astimezone(SEOUL).date()
        self.archive = Archive(settings.archive, clock)
        self.record = record
        self.outputs = outputs
        self.announcement = announcement
        # A time that has passed is now.
        self.at = at if at is not None and clock() < at else None
        self.report = RunReport(record.kind, set_aside=warehouse.set_aside)
        self.reasons = Reasons()
        self.is_summed_up = False
        self._intake = Intake(settings, contracts, warehouse, self.archive, self.progress)
        at_work = None if record.kind == BACKFILL else backfill_at_work(settings)
        self._beside = left_to(at_work, warehouse)
        if self._beside:
            self.report.acceptance.remarks.append(_left_to_backfill(self._beside))

    @classmethod
    @contextmanager
    def open(
        cls,
        settings: Settings,
        progress: Progress | None = None,
        wait_seconds: float = 0,
        kind: str = "nightly",
        reason: str = "",
        contracts: dict[str, Contract] | None = None,
        outputs: Collection[str] | None = None,
        clock: Clock = machine_clock,
        announcement: Announcement = NOTHING,
        at: datetime | None = None,
    ) -> Iterator[Run]:
        """Takes the writer's lock, writes the run's beginning down and opens the warehouse.

        A rebuild begins with an empty one. A backfill gives its sign as long as it lasts, and the warehouse to whoever
        waits for it between two of its years. Where the block ends well, the report is complete.

        Args:
            kind: one of those in ``steps.py``.
            reason: why, as it is kept in the journal.
            contracts: others than those that stand in ``expectations/``.
            outputs: names of those of a release (``publish/outputs.py``) that are written beside the needed ones; None:
                all.
            clock: what tells the day of the run, and when files are first seen.
            announcement: what readers are told of the release that it makes, as far as that was given.
            at: when that release goes out, if not now.

        Raises:
            BusyError: Where another run holds the lock, or another backfill is at work.
        """
        contracts = contracts or load_contracts()
        scheduler_address(settings)  # one that can't be meant is told before anything is done
        with (
            machine_errors_described(settings),
            sign(settings.warehouse, BACKFILL, wait_seconds) if kind == BACKFILL else nullcontext(),
            Hold(settings, wait_seconds, f"{kind} {reason}".strip()) as hold,
            in_force(settings),
            Runs(settings.archive).record(kind, reason, backfill_at_work(settings)) as record,
        ):
            if kind == "rebuild":
                build_of(settings).discard()
            with hold.opened(contracts, record.after_a_crash) as warehouse:
                run = cls(
                    settings, contracts, warehouse, progress or Silent(), record, outputs, clock, announcement, at,
                    hold,
                )  # fmt: skip
                run._publish_due()
                run.report.closed_years = close_published_years(settings, contracts, run.today)
                try:
                    yield run
                finally:
                    run._intake.end_reading()
                    run.archive.close()
                if not run.is_summed_up:
                    run.sum_up()
                evidence = Evidence(settings, run.warehouse, run.report, run.announcement_made())
                run.report.checklist = run_checks(evidence)

    @staticmethod
    def plan_backfill(
        settings: Settings,
        scope: Scope,
        everything: bool = False,
        wait_seconds: float = 0,
        contracts: dict[str, Contract] | None = None,
    ) -> Plan:
        """What a backfill of that scope would do; no submission is read.

        Args:
            everything: also what was read with all that is of today.

        Raises:
            BusyError: Another run holds the warehouse.
            NotReadyError: Where there is nothing to plan on.
        """
        contracts = contracts or load_contracts()
        with (
            writer_lock(settings.warehouse, wait_seconds, "plan of a backfill", lake=settings.lake),
            in_force(settings),
            Warehouse.open(settings, contracts) as warehouse,
        ):
            archive = Archive(settings.archive)
            intake = Intake(settings, contracts, warehouse, archive, Silent())
            return make_plan(warehouse, intake, archive, contracts, scope, everything)

    def extract(self) -> Extraction:
        """Channels → archive. Called again in the same run, it adds to what came before."""
        before = self.report.extraction.received
        damages = self._intake.damages(self.record.should_verify)
        when_new = prepare_workers if scheduler_address(self.settings) is None else lambda: None
        self.report.extraction = extract_submissions(self.settings, self.archive, damages, when_new)
        self.report.extraction.received[:0] = before
        return self.report.extraction

    def read_and_load(self) -> int:
        """Archive → build database, for every submission not yet read with today's contracts, reader and regions.

        Returns how many were read.
        """
        receipts = self._intake.sync_receipts()
        stale = self._intake.stale(receipts)
        if self._beside:
            left = files_left(self.warehouse, self._intake, receipts, self._beside.scope)
            others = {file.receipt.submission_id for file in left}
            stale = [one for one in stale if one.receipt.submission_id not in others]
        for one in stale:
            self.reasons.add("read", one.receipt.path, one.why)
        self.report.read_count = len(stale)
        self._read([one.receipt for one in stale], "")
        return len(stale)

    def begin_backfill(self, scope: Scope, everything: bool = False) -> Plan:
        """Makes the plan anew and writes it down."""
        self._intake.resume_pending()
        plan = make_plan(self.warehouse, self._intake, self.archive, self.contracts, scope, everything)
        before = Runs(self.settings.archive).unfinished_backfill()
        # What that had read by then isn't in force yet, either.
        plan.is_reshaping |= bool(before and before.plan.get("is_reshaping"))
        ask_for(self.warehouse, plan)
        self.warehouse.set_state(BACKFILL, str(self.record.run_no))
        Runs(self.settings.archive).plan(self.record, plan.as_dict())
        return plan

    def give_way(self) -> None:
        """Lets whoever waits have the warehouse first."""
        if self._hold and self._hold.is_awaited:
            with self.away():
                pass

    @contextmanager
    def away(self) -> Iterator[None]:
        """In the block, others may have the warehouse; after it, this run has it again as soon as nobody waits."""
        assert self._hold
        self._hold.let_go()
        yield
        self.warehouse = self._hold.retake(self.record)
        if self.warehouse.value("SELECT 1 FROM log.submission LIMIT 1") is None:
            # It broke meanwhile, and has nothing in it: what would be published now is nothing, too.
            raise NotReadyError(message("backfill_nothing_read"))
        self._intake.go_on_with(self.warehouse)

    def read_year(self, plan: Plan, year: int) -> int:
        """Archive → build database, for the files of a plan that tell of a year and of none before it in the plan.

        What others have read of them meanwhile isn't read again.

        Returns:
            How many were read.
        """
        left = files_left(self.warehouse, self._intake, self.archive.receipts(), plan.scope)
        files = [file for file in left if file.years[0] == year]
        for file in files:
            self.reasons.add("read", file.receipt.path, file.why)
        self.report.read_count += len(files)
        self._read([file.receipt for file in files], f" {year}")
        return len(files)

    def note_read_elsewhere(self, plan: Plan) -> None:
        """Tells of the files of a plan that other processes have read for this run."""
        left = files_left(self.warehouse, self._intake, self.archive.receipts(), plan.scope)
        others = {file.receipt.submission_id for file in left}
        for file in plan.files:
            if file.receipt.submission_id not in others:
                self.reasons.add("read", file.receipt.path, file.why)
                self.report.read_count += 1

    def _read(self, receipts: list[Receipt], what: str) -> None:
        if receipts:
            self.progress.start(f"read{what}", len(receipts))
            self.progress.start(f"validate{what}", len(receipts))
            self._intake.read(receipts, what)
            self.report.left_out = self._intake.left_out

    def resume_publication(self) -> None:
        """The first step of a run that publishes what has been read: ends the hold after a rollback.

        A release that goes out later ends it then.

        Raises:
            NotReadyError: Where submissions wait to be read, since figures without them would be wrong, or a release
                is scheduled.
        """
        refuse_while_scheduled(self.settings)
        waiting = self._unread(self._intake.stale(self._intake.sync_receipts()))
        if waiting:
            raise NotReadyError(message("submissions_unread", count=len(waiting)))
        if self.at is None:
            end_hold(self.settings)

    def _unread(self, stale: list[Stale]) -> list[Stale]:
        """Those without which figures would be wrong."""
        reshaped = self._intake.reshaped()
        return [one for one in stale if one.why == [NEW] or one.receipt.submission_id in reshaped]

    def accept(self, scope: Scope = EVERYTHING) -> Acceptance:
        """Puts the newest versions in force, year by year where the year's suite holds.

        What is outside the scope stays.
        """
        self._intake.end_reading()
        self._intake.sync_decisions()
        if self.record.kind == "backfill":
            choice = choose_versions(self.warehouse, self.contracts, scope)
            approve_locked(self.settings, self.archive.receipts(), choice, self.record.reason)
            self._intake.sync_decisions()
        remarks = self.report.acceptance.remarks
        self.report.acceptance = accept_versions(self.warehouse, self.contracts, scope, self._beside)
        self.report.acceptance.remarks[:0] = remarks
        record_year_states(self.warehouse, self.contracts, self.today)
        for dataset, year in self.report.acceptance.accepted:
            self.reasons.add("accept", f"{dataset} {year}", self.report.acceptance.why[dataset, year])
        return self.report.acceptance

    def model(self) -> Model:
        """Rows in force → dimensions, facts, marts."""
        model = build_model(self.warehouse, self.contracts, self.table_contracts, self.today)
        self.report.rebuilt = model.rebuilt
        for table, why in model.why.items():
            self.reasons.add("model", table, why)
        return model

    def publish(self, model: Model, is_preview: bool = False) -> Publication:
        """Marts → release, and the swap.

        Args:
            model: of this run.
            is_preview: what would be released is kept as the candidate.
        """
        self._publish_due()
        self.report.publication = publish_release(
            self.settings, self.warehouse, self.contracts, self.table_contracts, model, self.outputs, is_preview,
            self.announcement, self.at, self.clock,
        )  # fmt: skip
        self._publish_due()
        return self.report.publication

    def _publish_due(self) -> None:
        """Lets a scheduled release out whose time has come; one that can't go out is a refusal of this run's, too."""
        publication = self.report.publication
        try:
            released = publish_due(self.settings, self.clock)
        except ReleaseError as error:
            publication.outcome, publication.refusals = "refused", [str(error)]
            return
        if released:
            self.report.went_out = released
            publication.release_id, publication.scheduled = released, None
            if publication.outcome == "scheduled":
                publication.outcome = "published"
            if why := why_behind(self.settings):
                publication.remarks.append(SuiteOutcome(IN_LAKE, 1, warnings=[why]))

    def answer(self) -> int:
        """What was found → the outbox, for every submission of which that is new. Returns how many were answered."""
        with self._intake.all_damage_reported(self.archive.receipts()):
            self.report.answers = answer_all(
                self.warehouse, self.contracts, self.settings.archive, self.settings.outbox,
                lambda count: self.progress.start("answers", count), lambda: self.progress.advance("answers"),
                should_verify=self.record.should_verify,
                later=self._beside.answered_later(self.warehouse) if self._beside else (),
            )  # fmt: skip
        return self.report.answers

    def remind(self) -> int:
        """What is owed → reminders in the outbox, each once. Returns how many letters were written."""
        self.report.reminders = remind_all(
            self.warehouse, self.contracts, self.settings.archive, self.settings.outbox, self.today
        )
        return self.report.reminders

    def show(self) -> None:
        """All that the run did, and what stands now → the operator's pages. The last step: the run is summed up before.

        What can't be shown is no reason for a run to fail, and is remarked.
        """
        self.sum_up()
        if self.outputs is not None and PAGES not in self.outputs:
            return
        from sciculture_etl.pipeline.overview.edition import write_edition
        from sciculture_etl.pipeline.overview.sources import Sources

        record = replace(self.record, ended_at=datetime.now(UTC).isoformat(timespec="seconds"))
        connection = self.warehouse.connection
        sources = Sources(self.settings, self.contracts, connection, self.clock(), record=record)
        try:
            write_edition(sources, self.settings.operations)
        except Exception as error:
            stop_if_asked()
            why = message("pages_not_written", folder=self.settings.operations, reason=describe_failure(error))
            self.report.publication.remarks.append(SuiteOutcome(PAGES, 1, warnings=[why]))

    def try_to_publish(self, model: Model) -> Publication:
        """What ``publish`` would meet: the checks alone, and no look at the clock."""
        self.report.publication = publish_release(
            self.settings, self.warehouse, self.contracts, self.table_contracts, model, self.outputs,
            is_preview=True, announcement=self.announcement, clock=self.clock,
        )  # fmt: skip
        return self.report.publication

    def count_unread(self) -> int:
        """How many submissions wait to be read, new or because what reads them changed their rows."""
        receipts = self.archive.receipts()
        self.warehouse.record_receipts(receipts)
        self._intake.sync_decisions()
        return len(self._unread(self._intake.stale(receipts)))

    def announcement_made(self) -> Announcement:
        """What the readers of its release are told."""
        publication = self.report.publication
        if publication.outcome != "published" or not publication.release_id:
            return self.announcement
        return announcement_in(read_manifest(self.settings, publication.release_id))

    def sum_up(self) -> None:
        """Fills the report with what stands in the build database now, and the record of the run with what it did."""
        self.is_summed_up = True
        self.report.reasons = self.reasons.all()
        fill_report(self.report, self.warehouse, self.settings.archive, self.archive.receipts(), self.today)
        self.record.outcome = self.report.publication.outcome
        self.record.details = details_of(self.report) | {
            "receipts": len(self.archive.receipts()),
            "read_bytes": self._intake.read_bytes, "read_seconds": round(self._intake.read_seconds, 3),
        }  # fmt: skip


def _left_to_backfill(beside: BackfillAtWork) -> SuiteOutcome:
    """What the report of a run says of the backfill that it ran beside."""
    return SuiteOutcome(f"{BACKFILL} {beside.scope}", 0, warnings=[message("left_to_backfill")])
