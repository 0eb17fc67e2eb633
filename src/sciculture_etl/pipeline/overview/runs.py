"""The last runs: when, how long, how each ended; what a release was refused for."""

from __future__ import annotations

from sciculture_etl.pipeline.backfill import planned_scope
from sciculture_etl.pipeline.journal import RunRecord
from sciculture_etl.pipeline.overview.sources import Row, Sources, shown_moment

MAX_RUNS = 50


def run_row(record: RunRecord, is_running: bool) -> Row:
    """One run.

    Args:
        is_running: whether one without an end is at work, or was killed.
    """
    details = record.details
    return {
        "run_no": record.run_no, "kind": record.kind, "scope": str(planned_scope(record.plan)) if record.plan else "",
        "reason": record.reason, "began_at": shown_moment(record.began_at), "seconds": round(record.seconds),
        "outcome": "running" if is_running else record.outcome, "exit_code": details.get("exit_code"),
        "received": details.get("received", 0), "read": details.get("read", 0),
        "release_id": details.get("release_id") or "",
        "refusals": list(map(str, details.get("refusals", []))), "error": details.get("error", ""),
        "held": details.get("held", []), "untaken": details.get("untaken", 0),
    }  # fmt: skip


def collect_runs(sources: Sources) -> Row:
    return {"runs": [run_row(one, one.run_no in sources.at_work) for one in sources.runs[:MAX_RUNS]]}


def last_ended(sources: Sources) -> Row | None:
    """The last run that ended, or was killed."""
    ended = (one for one in sources.runs if one.run_no not in sources.at_work)
    return next((run_row(one, is_running=False) for one in ended), None)
