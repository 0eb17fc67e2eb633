"""The journal of runs: what was begun, with its reason and plan, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sciculture_etl.errors import SciCultureError
from sciculture_etl.stopping import signal_received
from sciculture_etl.storage.journal import Journal

UNFINISHED = "unfinished"
# The kind of a run that shows what a release would change: no release, no answers, nobody is notified.
PREVIEW = "preview"
# Outcomes of runs that told what came.
REPORTED = ("published", "unchanged", "refused", "scheduled")
BROKEN_OFF = (UNFINISHED, "failed", "stopped")
# The kind, and the outcome, of what takes the tables elsewhere.
MOVE, MOVED = "move", "moved"
# A process that a signal ended has its number over this one for its exit code.
SIGNALLED = 128
BOOT = Path("/proc/sys/kernel/random/boot_id")
# Fields that the journal, and ``runs --json``, call otherwise.
KEYS = {"details": "told"}
FIELDS = {key: field_name for field_name, key in KEYS.items()}


@dataclass
class RunRecord:
    """One run, as the journal records it.

    Attributes:
        run_no: counted from 1.
        kind: nightly, preview, backfill, rebuild or publish; or move, which is no run.
        began_at, ended_at: ISO 8601 UTC; the end is empty while it runs, and for ever where it was killed.
        outcome: published, previewed, unchanged, refused, scheduled, moved, failed, stopped, else ``UNFINISHED``.
        plan: of a backfill, its scope and what it was to read.
        details: what it did.
        after_a_crash: whether the run before it did not finish.
        boot: of the system, so that the next run can tell whether the power may have gone since.
        should_verify: whether no night has ended well since the system started: files may be there without their bytes.
    """

    run_no: int
    kind: str = ""
    began_at: str = ""
    reason: str = ""
    plan: dict[str, Any] = field(default_factory=dict)
    ended_at: str = ""
    outcome: str = UNFINISHED
    details: dict[str, Any] = field(default_factory=dict)
    after_a_crash: bool = False
    boot: str = ""
    should_verify: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the record by the keys of the journal."""
        return {KEYS.get(name, name): value for name, value in asdict(self).items()}

    @property
    def seconds(self) -> float:
        """How long it took, in whole seconds; 0 where it didn't end."""
        if not self.ended_at:
            return 0
        return (datetime.fromisoformat(self.ended_at) - datetime.fromisoformat(self.began_at)).total_seconds()


class Runs:
    """The journal ``runs.jsonl`` beside the receipts.

    A line when a run begins, one when it has a plan, one when it ends. What was killed has none of its end.
    """

    def __init__(self, archive: Path) -> None:
        self._journal = Journal(archive / "runs.jsonl")

    def all(self) -> list[RunRecord]:
        """In the order in which they began."""
        records: dict[int, RunRecord] = {}
        for line in self._journal.readable():
            if "run_no" not in line:
                continue
            record = records.setdefault(line["run_no"], RunRecord(line["run_no"]))
            for name, value in line.items():
                setattr(record, FIELDS.get(name, name), value)
        # What lost its beginning to damage tells nothing.
        return [record for record in records.values() if record.began_at]

    def last_night(self) -> datetime | None:
        """When the run before the one going on began."""
        begun = [record.began_at for record in self.all() if record.began_at]
        return datetime.fromisoformat(begun[-2]) if len(begun) > 1 else None

    def receipts_reported(self) -> int | None:
        """How many receipts there were when a run last came to its end and took effect; None where none says so."""
        ended = [one for one in self.all() if one.kind != PREVIEW and one.outcome in REPORTED]
        return ended[-1].details.get("receipts") if ended else None

    def last_move(self) -> RunRecord | None:
        """The last time that the tables were taken elsewhere: ``to`` and ``is_lake`` of its details say where."""
        moves = [record for record in self.all() if (record.kind, record.outcome) == (MOVE, MOVED)]
        return moves[-1] if moves else None

    def unfinished_backfill(self) -> RunRecord | None:
        """The last backfill that had a plan, where it did not finish."""
        last = self.last_planned_backfill()
        return last if last and last.outcome in BROKEN_OFF else None

    def last_planned_backfill(self) -> RunRecord | None:
        """The last backfill that had a plan."""
        backfills = [record for record in self.all() if record.kind == "backfill" and record.plan]
        return backfills[-1] if backfills else None

    def is_after_a_crash(self, record: RunRecord) -> bool:
        """Whether what ran since that one began, and isn't at work any more, did not finish."""
        later = [one for one in self.all() if one.run_no > record.run_no]
        return bool(later) and later[-1].outcome == UNFINISHED

    def plan(self, record: RunRecord, plan: dict[str, Any]) -> None:
        """Writes down what a run that has begun is going to do."""
        record.plan = plan
        self._journal.add([{"run_no": record.run_no, "plan": plan}])

    @contextmanager
    def record(self, kind: str, reason: str = "", beside: RunRecord | None = None) -> Iterator[RunRecord]:
        """Writes the beginning, and the end however the block ends; the block sets outcome and details.

        Args:
            beside: a run that is still at work and has given way to this one.
        """
        earlier = self.all()
        last = max((one.run_no for one in earlier), default=0)
        earlier = [one for one in earlier if not beside or one.run_no != beside.run_no]
        record = RunRecord(last + 1, kind, _now(), reason)
        record.after_a_crash = bool(earlier) and earlier[-1].outcome == UNFINISHED
        record.boot = _this_boot()
        record.should_verify = not _has_verified(earlier, record.boot)
        began = {
            "run_no": record.run_no, "kind": kind, "began_at": record.began_at, "reason": reason, "boot": record.boot,
        }  # fmt: skip
        self._journal.add([began])
        try:
            yield record
        except Exception as error:
            reported = {
                "error": type(error).__name__,
                "exit_code": getattr(error, "exit_code", SciCultureError.exit_code),
            }
            record.outcome, record.details = "failed", record.details | reported
            raise
        except BaseException:
            record.outcome = "stopped"
            if (number := signal_received()) is not None:
                record.details = record.details | {"exit_code": SIGNALLED + number}
            raise
        finally:
            record.ended_at = _now()
            ended = {"run_no": record.run_no, "ended_at": record.ended_at, "outcome": record.outcome,
                     "told": record.details}  # fmt: skip
            # Where the disk is full, what led here is the better message.
            with suppress(OSError) if record.outcome in ("failed", "stopped") else nullcontext():
                self._journal.add([ended])


def at_work(
    runs: Iterable[RunRecord], holder: Mapping[str, Any] | None, backfill: Mapping[str, Any] | None
) -> set[int]:
    """Numbers of the runs that are at work; all others that have no end were killed.

    Args:
        holder: who holds the warehouse, as ``lock_holder`` tells: the newest run, where it is of that kind.
        backfill: who gives the sign of a backfill, which others may come between.
    """
    begun = sorted(runs, key=lambda run: run.run_no)
    found = []
    if begun and holder is not None and (not (doing := holder.get("doing")) or str(doing).startswith(begun[-1].kind)):
        found.append(begun[-1])
    backfills = [run for run in begun if run.kind == "backfill"]
    if backfills and backfill is not None and backfills[-1].began_at >= str(backfill.get("since", "")):
        found.append(backfills[-1])
    return {run.run_no for run in found if not run.ended_at}


def _this_boot() -> str:
    """What names this start of the system; empty where it can't be told."""
    try:
        return BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _has_verified(earlier: list[RunRecord], boot: str) -> bool:
    """Whether a night ended well on this start of the system, and no run since came to no good end."""
    for record in reversed(earlier):
        if record.outcome in BROKEN_OFF or not boot or record.boot != boot:
            return False
        if record.kind == "nightly":
            return True
    return not earlier


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
