"""What is looked at before every release: what blocks it, and what only should be known.

A check is one function from the evidence of a run to its findings, an entry of ``CHECKS``, and its words in
``expectations/release_checks.yml``. ``sciculture publish --check`` shows the list without publishing; every run keeps
it in its report, and shows of it what its summary doesn't show anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sciculture_etl.load import Warehouse
from sciculture_etl.messages import message
from sciculture_etl.pipeline.report import PAGES, CheckResult, RunReport
from sciculture_etl.project import read_words
from sciculture_etl.publish.announcement import Announcement
from sciculture_etl.publish.journal import decided
from sciculture_etl.publish.rollback import current_hold
from sciculture_etl.publish.scheduled import find_scheduled, shown_time, why_not
from sciculture_etl.settings import Settings
from sciculture_etl.versions.conflicts import describe_conflict

OTHERS = "other_refusals"
# Remarks of a publication that are about no table.
NO_TABLES = ("published figures", "preview", "kept releases", PAGES)


@dataclass(frozen=True)
class Evidence:
    """What checks look at.

    Attributes:
        report: of a run that has come to its publication.
        announcement: what readers would be told.
        unread: how many submissions wait to be read.
    """

    settings: Settings
    warehouse: Warehouse
    report: RunReport
    announcement: Announcement
    unread: int = 0


@dataclass(frozen=True)
class ReleaseCheck:
    """One line of the list.

    Attributes:
        name: as in ``release_checks.yml``.
        is_blocking: whether a finding keeps the release from going out.
        is_in_summary: whether the summary of a run shows its findings anyway.
    """

    name: str
    find: Callable[[Evidence], Sequence[str]]
    is_blocking: bool = False
    is_in_summary: bool = True


def find_hold(evidence: Evidence) -> list[str]:
    hold = current_hold(evidence.settings)
    if hold is None:
        return []
    reason = f" ({hold['reason']})" if hold["reason"] else ""
    return [message("check_hold", since=decided(hold), release=hold["release_id"], reason=reason)]


def find_scheduled_release(evidence: Evidence) -> list[str]:
    found = find_scheduled(evidence.settings)
    if found is None:
        return []
    at = shown_time(found.at)
    return [why_not(evidence.settings, found) or message("scheduled_keeps_back", release=found.release_id, at=at)]


def find_unread(evidence: Evidence) -> list[str]:
    return [message("submissions_unread", count=evidence.unread)] if evidence.unread else []


def find_refusals(name: str) -> Callable[[Evidence], list[str]]:
    """The check of what a publication refuses, as the publication names it (``Publication.refused_by``)."""
    return lambda evidence: evidence.report.publication.refusals if _refused_by(evidence) == name else []


def _refused_by(evidence: Evidence) -> str:
    """The check that refused; what has no name in the list, and isn't kept back, counts as another one."""
    publication = evidence.report.publication
    if publication.refused_by in {check.name for check in CHECKS}:
        return publication.refused_by
    is_kept_back = bool(find_hold(evidence) or find_scheduled_release(evidence))
    return "" if is_kept_back or not publication.refusals else OTHERS


def find_version_conflicts(evidence: Evidence) -> list[str]:
    return [describe_conflict(conflict)[0] for conflict in evidence.report.conflicts]


def find_waiting(evidence: Evidence) -> list[str]:
    count = evidence.report.waiting_count
    return [message("check_waiting", count=count)] if count else []


def find_missing(evidence: Evidence) -> list[str]:
    count = evidence.report.missing
    return [message("check_missing", count=count)] if count else []


def find_held_years(evidence: Evidence) -> list[str]:
    return [f"{held.name}: {'; '.join(held.errors)}" for held in evidence.report.acceptance.held]


def find_revised_closed_years(evidence: Evidence) -> list[str]:
    rows = evidence.warehouse.rows(
        "SELECT dataset, program_year FROM log.year_state WHERE state = 'closed' AND is_revised ORDER BY ALL"
    )
    return [message("check_revised_year", dataset=row["dataset"], year=row["program_year"]) for row in rows]


def find_unfit_corrections(evidence: Evidence) -> list[str]:
    return [f"{name}: {status}" for name, status in evidence.report.unfit_corrections.items()]


def find_assumed_figures(evidence: Evidence) -> list[str]:
    return [
        f"{figure.figure_id} {figure.seed_text}: {figure.expected} → {figure.actual or '-'} ({figure.curated_table})"
        for figure in evidence.report.figures
        if figure.status == "differs" and not figure.is_stated
    ]


def find_table_warnings(evidence: Evidence) -> list[str]:
    remarks = evidence.report.publication.remarks
    return [f"{one.name}: {'; '.join(one.warnings)}" for one in remarks if one.name not in NO_TABLES]


def find_note_translation(evidence: Evidence) -> list[str]:
    said = evidence.announcement
    if not said.is_in_one_language:
        return []
    return [message("note_lacks_translation", language="English/영어" if said.note_ko else "Korean/한국어")]


CHECKS = (
    ReleaseCheck("hold", find_hold, is_blocking=True),
    ReleaseCheck("scheduled_release", find_scheduled_release, is_blocking=True),
    ReleaseCheck("unread_submissions", find_unread, is_blocking=True),
    ReleaseCheck("row_accounts", find_refusals("row_accounts"), is_blocking=True),
    ReleaseCheck("table_rules", find_refusals("table_rules"), is_blocking=True),
    ReleaseCheck("published_figures", find_refusals("published_figures"), is_blocking=True),
    ReleaseCheck("disclosure", find_refusals("disclosure"), is_blocking=True),
    ReleaseCheck("removals", find_refusals("removals"), is_blocking=True),
    ReleaseCheck(OTHERS, find_refusals(OTHERS), is_blocking=True),
    ReleaseCheck("version_conflicts", find_version_conflicts),
    ReleaseCheck("waiting_approvals", find_waiting),
    ReleaseCheck("missing_reports", find_missing),
    ReleaseCheck("held_years", find_held_years),
    ReleaseCheck("revised_closed_years", find_revised_closed_years, is_in_summary=False),
    ReleaseCheck("unfit_corrections", find_unfit_corrections),
    ReleaseCheck("assumed_figures", find_assumed_figures),
    ReleaseCheck("table_warnings", find_table_warnings),
    ReleaseCheck("note_translation", find_note_translation, is_in_summary=False),
)


@lru_cache
def check_texts() -> dict[str, dict[str, str]]:
    """Name of a check → its words, ``ko`` and ``en``."""
    loaded: dict[str, dict[str, str]] = read_words("release_checks.yml")
    return loaded


def run_checks(evidence: Evidence) -> list[CheckResult]:
    """The checks that found something, in the order of the list."""
    results = []
    for check in CHECKS:
        if found := list(check.find(evidence)):
            texts = check_texts()[check.name]
            results.append(
                CheckResult(check.name, texts["en"], texts["ko"], check.is_blocking, check.is_in_summary, found)
            )
    return results


def as_dict(results: Sequence[CheckResult]) -> dict[str, list[dict[str, Any]]]:
    """For machines: ``{"blocking": [...], "warnings": [...]}``."""
    found: dict[str, list[dict[str, Any]]] = {"blocking": [], "warnings": []}
    for result in results:
        found["blocking" if result.is_blocking else "warnings"].append(
            {"check": result.name, "en": result.english, "ko": result.korean, "findings": result.findings}
        )
    return found
