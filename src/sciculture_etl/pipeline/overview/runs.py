"""The last runs: when, how long, how each ended; what a release was refused for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sciculture_etl.pipeline.backfill import planned_scope
from sciculture_etl.pipeline.journal import RunRecord
from sciculture_etl.pipeline.overview.sources import Row, Sources, shown_moment

MAX_RUNS = 50


def run_row(record: RunRecord, holder: Mapping[str, Any] | None) -> Row:
    """One run.

    Args:
        holder: who holds the warehouse, which tells a run at work from one that was killed.
    """
    details = record.details
    is_running = not record.ended_at and holder is not None and str(holder.get("doing", "")).startswith(record.kind)
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
    newest = sources.runs[0] if sources.runs else None
    # Only the newest can be at work.
    return {"runs": [run_row(one, sources.holder if one is newest else None) for one in sources.runs[:MAX_RUNS]]}


def last_ended(sources: Sources) -> Row | None:
    """The last run that ended, or was killed."""
    rows = [run_row(one, sources.holder if number == 0 else None) for number, one in enumerate(sources.runs[:2])]
    return next((row for row in rows if row["outcome"] != "running"), None)
