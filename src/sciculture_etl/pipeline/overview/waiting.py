"""What waits for a decision: approvals with their reasons, conflicts of versions, corrections; and what was decided."""

from __future__ import annotations

from dataclasses import asdict
from itertools import groupby

from sciculture_etl.extract.decisions import APPROVED, REJECTED, REQUESTED, UNDONE
from sciculture_etl.pipeline.overview.sources import Row, Sources, shown_moment
from sciculture_etl.versions.evidence import evidence_words
from sciculture_etl.versions.published import WAITING

MAX_DECISIONS = 50
ABOUT_WAITING = (APPROVED, REJECTED, UNDONE)


def waiting_submissions(sources: Sources) -> list[Row]:
    """Each submission that waits, the longest wait first, with what speaks against it.

    ``decided``: what has been decided of it since the last run, and takes effect with the next; ``asked_by``: who asked
    for an approval that another person has to confirm.
    """
    last = {one.submission_id: one for one in sources.decisions if one.kind in (*ABOUT_WAITING, REQUESTED)}
    found = []
    for submission_id, group in groupby(sources.titled(sources.rows(WAITING)), lambda row: row["submission_id"]):
        own = list(group)
        decision = last.get(submission_id)
        kind = decision.kind if decision else ""
        found.append({
            "submission_id": submission_id, "submitter": own[0]["submitter"], "source_file": own[0]["source_file"],
            "waiting_since": own[0]["waiting_since"], "objections": own,
            "decided": kind if kind in (APPROVED, REJECTED) else "",
            "asked_by": decision.by if decision and kind == REQUESTED and decision.wanted == APPROVED else "",
        })  # fmt: skip
    return found


def version_conflicts(sources: Sources) -> list[Row]:
    """Pairs of which somebody has to say which one counts, with the words of what decided."""
    rows = sources.titled(sources.rows("FROM mart_version_conflict ORDER BY submitter, dataset, program_year DESC"))
    return [
        row
        | {f"decided_{language}": _levels(row["decided_by"], language) for language in ("ko", "en")}
        | {f"contradicted_{language}": _levels(row["contradicted_by"], language) for language in ("ko", "en")}
        for row in rows
    ]


def _levels(named: str | None, language: str) -> str:
    words = evidence_words()
    levels = [level for level in (named or "").split(", ") if level]
    return ", ".join(words[level][f"title_{language}"] if level in words else level for level in levels)


def unfit_corrections(sources: Sources) -> list[Row]:
    return sources.titled(
        sources.rows("FROM mart_correction WHERE status IN ('stale', 'not_found') ORDER BY correction")
    )


def collect_waiting(sources: Sources) -> Row:
    files: dict[str, str] = {}
    decisions = sources.decisions[: -MAX_DECISIONS - 1 : -1]
    for row in sources.rows(
        "SELECT submission_id, source_file FROM mart_submission_log WHERE list_contains(?, submission_id)",
        [[one.submission_id for one in decisions]],
    ):
        files.setdefault(row["submission_id"], row["source_file"])
    return {
        "waiting": waiting_submissions(sources), "conflicts": version_conflicts(sources),
        "corrections": sources.titled(sources.rows("FROM mart_correction ORDER BY correction")),
        "decisions": [
            asdict(one) | {"decided_at": shown_moment(one.decided_at), "file": files.get(one.submission_id, "")}
            for one in decisions
        ],
    }  # fmt: skip
