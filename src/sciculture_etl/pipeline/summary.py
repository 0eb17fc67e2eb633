"""What stands in the build database at the end of a run, for its report, and what the journal keeps of that."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from sciculture_etl.extract import Receipt
from sciculture_etl.load import Warehouse
from sciculture_etl.pipeline.completeness import overdue_reports, rates_due
from sciculture_etl.pipeline.journal import Runs
from sciculture_etl.pipeline.reminding import newly_waiting
from sciculture_etl.pipeline.report import RunReport
from sciculture_etl.publish import read_figures_checked
from sciculture_etl.versions.published import WAITING


def fill_report(report: RunReport, warehouse: Warehouse, archive: Path, receipts: list[Receipt], today: date) -> None:
    """Fills a report with what stands in the build database now; where nothing was modelled yet, it stays as it is.

    Args:
        archive: the folder beside which it is kept of what was told already.
        receipts: all there are.
    """
    if not warehouse.has_relation("mart_submission_log"):
        return
    report.verdicts, report.rows = _totals(warehouse)
    report.new_verdicts = _new_verdicts(report, warehouse, archive, receipts)
    found = warehouse.rows("SELECT code, count(*) AS n FROM mart_row_error GROUP BY code ORDER BY code")
    report.findings = {row["code"]: row["n"] for row in found}
    report.figures = read_figures_checked(warehouse.connection)
    report.conflicts = warehouse.rows("SELECT * EXCLUDE (resent_at) FROM mart_version_conflict ORDER BY ALL")
    unfit = warehouse.rows("SELECT * FROM mart_correction WHERE status IN ('stale', 'not_found')")
    report.unfit_corrections = {row["correction"]: row["status"] for row in unfit}
    report.rates = rates_due(warehouse, today)
    # Of what a preview finds overdue the next night tells.
    report.missing, found_missing = overdue_reports(warehouse, archive, should_record=not report.is_preview)
    report.newly_missing = [] if report.is_preview else found_missing
    report.waiting = warehouse.rows(WAITING)
    if not report.is_preview:
        report.newly_waiting = newly_waiting(report.waiting, archive, today)


def details_of(report: RunReport) -> dict[str, Any]:
    """What the journal keeps of a report, by name."""
    return {
        "release_id": report.publication.release_id, "refusals": report.publication.refusals,
        "received": len(report.extraction.received), "read": report.read_count,
        "accepted_years": len(report.acceptance.accepted), "tables": len(report.rebuilt),
        "rows": report.rows, "missing": report.missing, "waiting": report.waiting_count,
        "held": [outcome.name for outcome in report.acceptance.held], "untaken": report.untaken_count,
        "left_out": sorted(report.left_out),
        "exit_code": report.exit_code,
    }  # fmt: skip


def _totals(warehouse: Warehouse) -> tuple[dict[str, int], dict[str, int]]:
    """How often each verdict was given, and the rows of all submissions by what became of them."""
    verdicts: dict[str, int] = {}
    rows = dict.fromkeys(("read", "loaded", "quarantined", "left_out"), 0)
    sums = ", ".join(f"CAST(sum(rows_{kind}) AS BIGINT) AS {kind}" for kind in rows)
    for row in warehouse.rows(
        f"SELECT verdict, count(*) AS n, {sums} FROM mart_submission_log GROUP BY verdict ORDER BY verdict"
    ):
        verdicts[row["verdict"]] = row["n"]
        for kind in rows:
            rows[kind] += row[kind] or 0
    return verdicts, rows


def _new_verdicts(report: RunReport, warehouse: Warehouse, archive: Path, receipts: list[Receipt]) -> dict[str, int]:
    """The same of the files of which no run that came to its end has told: this one's, and a killed one's."""
    reported = Runs(archive).receipts_reported()
    fresh = report.extraction.received if reported is None else receipts[reported:]
    new = {receipt.path for receipt in fresh}
    if not new:
        return {}
    listed = warehouse.rows("SELECT source_file, verdict FROM mart_submission_log ORDER BY receipt_no")
    last = {row["source_file"]: row["verdict"] for row in listed if row["source_file"] in new}
    return dict(Counter(last.values()))
