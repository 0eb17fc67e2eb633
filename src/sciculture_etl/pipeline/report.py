"""What a run did and why, for whoever called it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from sciculture_etl.errors import PARTIAL, REFUSED
from sciculture_etl.extract import Closing, Extraction
from sciculture_etl.load.accept import Acceptance
from sciculture_etl.pipeline.journal import PREVIEW
from sciculture_etl.publish import Figure, Publication
from sciculture_etl.storage.lock import note_progress

# Of what ran for one and the same reason, so many are named.
MAX_EXAMPLES = 20
SECONDS_BETWEEN_NOTES = 1
# What the operator's pages are called among the outputs that a run is asked for, and where they couldn't be written.
PAGES = "operator's pages"


class Progress(Protocol):
    """What a live view listens to."""

    def start(self, step: str, total: int) -> None: ...

    def advance(self, step: str, count: int = 1) -> None: ...


class Silent:
    def start(self, step: str, total: int) -> None: ...

    def advance(self, step: str, count: int = 1) -> None: ...


class Noted:
    """Passes a run's progress on, and notes it in the lock, where whoever looks who holds the warehouse finds it."""

    def __init__(self, warehouse: Path, progress: Progress) -> None:
        self._warehouse = warehouse
        self._progress = progress
        self._counts: dict[str, list[int]] = {}
        self._noted = 0.0

    def note(self, step: str, done: int = 0, total: int = 1) -> None:
        self._noted = time.monotonic()
        note_progress(self._warehouse, step=step, done=done, total=total)

    def start(self, step: str, total: int) -> None:
        self._progress.start(step, total)
        self._counts[step] = [0, total]
        self.note(step, 0, total)

    def advance(self, step: str, count: int = 1) -> None:
        self._progress.advance(step, count)
        counts = self._counts.setdefault(step, [0, 1])
        counts[0] += count
        if time.monotonic() - self._noted > SECONDS_BETWEEN_NOTES:
            self.note(step, *counts)


@dataclass
class Reason:
    """Why things of one step ran.

    Attributes:
        step: read, accept or model.
        why: what is new or other than it was.
        names: the first ``MAX_EXAMPLES`` of the count files, dataset-years or tables.
    """

    step: str
    why: str
    count: int = 0
    names: list[str] = field(default_factory=list)


class Reasons:
    """Collects why each thing ran, gathered by step and reason."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Reason] = {}

    def add(self, step: str, name: str, whys: Iterable[str]) -> None:
        """One thing that ran; several reasons that hold together are told as one."""
        why = ", ".join(whys)
        reason = self._found.setdefault((step, why), Reason(step, why))
        reason.count += 1
        if len(reason.names) < MAX_EXAMPLES:
            reason.names.append(name)

    def all(self) -> list[Reason]:
        return list(self._found.values())


@dataclass(frozen=True)
class CheckResult:
    """A check before a release that found something.

    Attributes:
        name, english, korean: as in ``expectations/release_checks.yml``.
        is_in_summary: whether the summary of a run shows the findings anyway.
        findings: a text each.
    """

    name: str
    english: str
    korean: str
    is_blocking: bool
    is_in_summary: bool
    findings: list[str]


@dataclass
class RunReport:
    """What a run did, for people and machines.

    Attributes:
        verdicts, rows, findings: of all submissions.
        new_verdicts: of those received in this run, or in one before that was killed or only a preview (read_count may
            be higher: a changed contract has files read again).
        reasons: why each thing was read, accepted or modelled.
        missing: reports that are due and didn't come.
        rates: rows of mart_reporting_rate of what is due about now, the worst first, with the name of the period.
        newly_missing: those of them of which no earlier run told (dataset, submitter, program_year, period_no, due_on).
        waiting: versions that wait for approval, as in ``mart_submission_waiting``.
        newly_waiting: those of them of which nobody was told before, or not for a week.
        closed_years: closed by this run, the first of this version over a warehouse of an earlier one.
        conflicts: pairs of submissions of which somebody has to say which one counts (``mart_version_conflict``).
        unfit_corrections: those whose guard fails, with stale or not_found.
        went_out: the scheduled release whose time came in this run.
        checklist: what was looked at before a release and found something.
        answers, reminders: letters written to the outbox in this run.
        set_aside: why the build database was set aside and rebuilt, if it was.
        left_out: workers of the cluster that couldn't be used, with the reason in words.
    """

    kind: str = "nightly"
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
    reasons: list[Reason] = field(default_factory=list)
    missing: int = 0
    rates: list[dict[str, Any]] = field(default_factory=list)
    newly_missing: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    newly_waiting: list[dict[str, Any]] = field(default_factory=list)
    closed_years: list[Closing] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    unfit_corrections: dict[str, str] = field(default_factory=dict)
    went_out: str | None = None
    checklist: list[CheckResult] = field(default_factory=list)
    answers: int = 0
    reminders: int = 0
    set_aside: str | None = None
    left_out: dict[str, str] = field(default_factory=dict)

    @property
    def is_preview(self) -> bool:
        return self.kind == PREVIEW

    @property
    def untaken_count(self) -> int:
        """How many files and channels couldn't be reached, or are lost."""
        found = self.extraction
        return len(found.unreadable) + len(found.unreachable) + len(found.lost)

    @property
    def exit_code(self) -> int:
        """With which the command ends that has done the run."""
        if self.publication.outcome == "refused":
            return REFUSED
        faulty = self.new_verdicts.get("rejected", 0) + self.new_verdicts.get("partially_accepted", 0)
        decisions = self.waiting or self.conflicts
        unresolved = self.acceptance.held or self.unfit_corrections or decisions
        return PARTIAL if faulty or self.untaken_count or unresolved else 0

    @property
    def waiting_count(self) -> int:
        """How many submissions wait for approval."""
        return len({row["submission_id"] for row in self.waiting})
