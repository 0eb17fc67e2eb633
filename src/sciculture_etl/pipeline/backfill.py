"""A backfill: which part of history is read again, and the plan that says so before anything is done."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sciculture_etl.contracts import Contract, load_table_contracts
from sciculture_etl.errors import NotReadyError, UserError
from sciculture_etl.extract import Archive, Decisions, Operator, Receipt
from sciculture_etl.extract.decisions import APPROVED, REJECTED, REQUESTED, UNDONE
from sciculture_etl.load import Warehouse
from sciculture_etl.load.accept import Choice, choose_versions, years_that_change
from sciculture_etl.load.scope import Scope
from sciculture_etl.messages import message, nearest_names
from sciculture_etl.model import tables_from
from sciculture_etl.pipeline.journal import Runs
from sciculture_etl.pipeline.reading import Intake, Stale, one_a_submission
from sciculture_etl.rules import apply_rule
from sciculture_etl.settings import Settings

IN_A_NAME = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
ASKED = "asked for"
MEASURED_RUNS = 20


@dataclass(frozen=True)
class PlannedFile:
    """A submission to be read again.

    Attributes:
        years: those in the scope that it tells of, sorted, at least one.
        other_years: what else it tells of, which stays as it is.
        rows: as read last time.
    """

    receipt: Receipt
    datasets: list[str]
    years: list[int]
    other_years: list[int]
    rows: int
    why: list[str]


@dataclass
class Plan:
    """What a backfill will do.

    Attributes:
        receipts: how many there are now.
        is_reshaping: whether rows lost columns to a contract that was changed, so that figures need all of it.
        files: what will be read again.
        unchanged: how many in the scope were read with all that is of today.
        undated: how many that would have to be read again tell no year, and wait for the next night.
        pending: dataset-years in the scope of which something was read already but isn't in force yet.
        locked: submissions in the scope that wait only since a year is closed, and which its reason approves.
        tables: published tables that can change.
        seconds: estimated from earlier runs; None where none was measured.
    """

    scope: Scope
    everything: bool
    receipts: int = 0
    is_reshaping: bool = False
    files: list[PlannedFile] = field(default_factory=list)
    unchanged: int = 0
    undated: int = 0
    pending: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    seconds: float | None = None

    @property
    def years(self) -> list[int]:
        """The years to go through, each file belonging to its first."""
        return sorted({file.years[0] for file in self.files})

    @property
    def is_empty(self) -> bool:
        return not self.files and not self.pending and not self.locked

    def why(self) -> dict[str, int]:
        """Reason → files."""
        return dict(Counter(", ".join(file.why) for file in self.files).most_common())

    def by_year(self) -> list[dict[str, int]]:
        """What each year has read for it."""
        return [
            {
                "year": year,
                "files": sum(file.years[0] == year for file in self.files),
                "rows": sum(file.rows for file in self.files if file.years[0] == year),
                "bytes": sum(file.receipt.size for file in self.files if file.years[0] == year),
            }
            for year in self.years
        ]

    def as_dict(self) -> dict[str, Any]:
        """For machines and the journal."""
        return {
            "years": [self.scope.first_year, self.scope.last_year], "datasets": list(self.scope.datasets),
            "submitters": list(self.scope.submitters), "everything": self.everything, "receipts": self.receipts,
            "is_reshaping": self.is_reshaping, "files": len(self.files),
            "rows": sum(file.rows for file in self.files), "by_year": self.by_year(), "why": self.why(),
            "unchanged": self.unchanged, "undated": self.undated, "pending": self.pending,
            "locked": self.locked,
            "other_years": sorted({year for file in self.files for year in file.other_years}),
            "tables": self.tables, "estimated_seconds": self.seconds,
        }  # fmt: skip


def planned_scope(plan: dict[str, Any]) -> Scope:
    """The scope of a plan as the journal keeps it."""
    first, last = plan["years"]
    return Scope(first, last, tuple(plan["datasets"]), tuple(plan["submitters"]))


def make_plan(
    warehouse: Warehouse,
    intake: Intake,
    archive: Archive,
    contracts: dict[str, Contract],
    scope: Scope,
    everything: bool = False,
) -> Plan:
    """What a backfill of that scope would do.

    Only submissions that a night has read are planned: what came since is the next night's.

    Raises:
        NotReadyError: Where nothing was read yet.
        UserError: Where a submitter isn't known.
    """
    receipts = archive.receipts()
    known = {row["submission_id"]: row for row in apply_rule(warehouse.connection, "submission_known").to_dicts()}
    if not known:
        raise NotReadyError(message("backfill_nothing_read"))
    scope = replace(scope, submitters=_submitters(scope.submitters, receipts, known.values()))
    stale = {one.receipt.submission_id: one for one in intake.stale(receipts)}
    plan = Plan(scope, everything, len(receipts), bool(intake.reshaped()))
    _list_files(plan, receipts, known, stale)
    _refuse_holes(warehouse, scope)
    choice = choose_versions(warehouse, contracts, scope)
    plan.locked = choice.locked_in_scope()
    differing = years_that_change(warehouse, choice.counting)
    plan.pending = [f"{dataset} {year}" for dataset, year in differing]
    concerned = {dataset for file in plan.files for dataset in file.datasets} | {dataset for dataset, _ in differing}
    if any(not file.datasets for file in plan.files):
        concerned = set(scope.datasets) or set(contracts)
    public = {name for name, table_contract in load_table_contracts().items() if table_contract.audience == "public"}
    plan.tables = sorted(tables_from(concerned, contracts) & public)
    plan.seconds = _estimate(archive, sum(file.receipt.size for file in plan.files))
    return plan


def files_left(warehouse: Warehouse, intake: Intake, receipts: Sequence[Receipt], scope: Scope) -> list[PlannedFile]:
    """What is still to be read of a backfill of that scope."""
    known = {row["submission_id"]: row for row in apply_rule(warehouse.connection, "submission_known").to_dicts()}
    plan = Plan(scope, everything=False)
    _list_files(plan, receipts, known, {one.receipt.submission_id: one for one in intake.stale(receipts)})
    return plan.files


def _list_files(
    plan: Plan, receipts: Sequence[Receipt], known: dict[str, dict[str, Any]], stale: dict[str, Stale]
) -> None:
    """Puts the files of the plan's scope into it, by what is to be done with them.

    Args:
        known: submission → what is known of it.
        stale: submission → why it must be read.
    """
    scope = plan.scope
    for receipt in one_a_submission(receipts):
        row = known.get(receipt.submission_id)
        if row is None or not _is_concerned(scope, receipt, row):
            continue
        one = stale.get(receipt.submission_id)
        years = row["years"] or sorted({int(year) for year in IN_A_NAME.findall(receipt.path)})
        within = [year for year in years if scope.first_year <= year <= scope.last_year]
        if not within:
            plan.undated += bool(one and not years)
        elif one or plan.everything or row["asked"]:
            why = one.why if one else [ASKED]
            others = [year for year in row["years"] if year not in within]
            plan.files.append(PlannedFile(receipt, row["datasets"], within, others, row["rows"], why))
        else:
            plan.unchanged += 1


def _refuse_holes(warehouse: Warehouse, scope: Scope) -> None:
    """Raises UserError where a contract lost columns and rows outside the scope would be published without them."""
    left = apply_rule(warehouse.connection, "reshaped_outside", scope=scope.frame).to_dicts()
    if left:
        named = ", ".join(f"{row['dataset']} {row['program_year']}" for row in left[:5])
        raise UserError(message("backfill_loses_columns", rows=f"{named}{' ...' if left[5:] else ''}"))


def ask_for(warehouse: Warehouse, plan: Plan) -> None:
    """Keeps in mind which submissions are to be read although nothing of them changed.

    A killed backfill goes on with those that are left.
    """
    asked = [[file.receipt.submission_id] for file in plan.files if file.why == [ASKED]]
    with warehouse.transaction() as connection:
        connection.execute("DELETE FROM log.asked")
        if asked:
            connection.executemany("INSERT INTO log.asked VALUES (?)", asked)


def approve_locked(settings: Settings, receipts: list[Receipt], choice: Choice, reason: str) -> None:
    """The reason of a backfill approves what waits in its scope for nothing but that its year is closed.

    Where decisions need two persons, it asks for that.
    """
    operator, decisions = Operator.from_settings(settings), Decisions(settings.archive)
    last = decisions.last_of(APPROVED, REJECTED, UNDONE, REQUESTED)
    for submission in choice.locked_in_scope():
        request = last.get(submission)
        if not operator.is_alone and request and (request.kind, request.by) == (REQUESTED, operator.name):
            continue  # it has asked for that already
        entry = operator.decide(APPROVED, request)
        decisions.decide(submission, entry.pop("kind"), reason, receipts, False, **entry)


def _is_concerned(scope: Scope, receipt: Receipt, row: dict[str, Any]) -> bool:
    """By dataset and submitter. Where not all of a file was recognised, it may be of any dataset."""
    if scope.submitters and (receipt.submitter or row["submitter"]) not in scope.submitters:
        return False
    anything = row["whole"] or not row["datasets"]
    return not scope.datasets or anything or bool(set(row["datasets"]) & set(scope.datasets))


def _submitters(wanted: Sequence[str], receipts: Sequence[Receipt], known: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Whole names for names or unmistakable parts of them."""
    names = {receipt.submitter for receipt in receipts} | {row["submitter"] for row in known}
    found: list[str] = []
    for name in wanted:
        fitting = [name] if name in names else sorted(known for known in names if known and name in known)
        if len(fitting) != 1:
            if fitting:
                raise UserError(message("submitter_ambiguous", name=name, found=", ".join(fitting[:8])))
            near = nearest_names(name, sorted(known for known in names if known))
            raise UserError(message("name_unknown", option="--submitter", given=name, known=near))
        found += fitting
    return tuple(sorted(set(found)))


def _estimate(archive: Archive, size: int) -> float | None:
    """Seconds for so many bytes, by what the last runs that read anything took.

    For reading by the byte, for the rest as long as the last of them.
    """
    read = [record for record in Runs(archive.folder).all() if record.details.get("read_bytes")][-MEASURED_RUNS:]
    if not read or not size:
        return None
    a_byte = sum(run.details["read_seconds"] for run in read) / sum(run.details["read_bytes"] for run in read)
    besides = read[-1].seconds - read[-1].details["read_seconds"]
    return float(round(size * a_byte + max(0.0, besides), 1))
