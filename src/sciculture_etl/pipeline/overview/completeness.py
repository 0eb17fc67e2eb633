"""How much of what is owed came, and what is due, late or missing."""

from __future__ import annotations

from datetime import timedelta

from sciculture_etl.pipeline.completeness import DAYS_AHEAD, DAYS_SINCE
from sciculture_etl.pipeline.overview.sources import Row, Sources

MAX_LISTED = 200
DUE_DAYS = 30
COUNTS = (
    "owed_count", "accepted_count", "partially_accepted_count", "waiting_count", "missing_count", "late_count",
    "on_time_count", "unexpected_count",
)  # fmt: skip
# A row of which periods are summed up beside them is left out, as in the summary of a run.
NEAR = f"""
SELECT dataset, program_year, period_no, due_on, {", ".join(COUNTS)}, reporting_rate, timeliness
FROM mart_reporting_rate AS r
WHERE due_on BETWEEN ? AND ? AND (period_no > 0 OR NOT EXISTS (
    FROM mart_reporting_rate AS p
    WHERE p.dataset = r.dataset AND p.program_year = r.program_year AND p.period_no > 0
))
ORDER BY reporting_rate NULLS LAST, missing_count DESC, due_on, dataset
"""
# A dataset's years: of several periods the sum.
YEARS = f"""
SELECT dataset, program_year, {", ".join(COUNTS)}, reporting_rate, timeliness
FROM mart_reporting_rate
QUALIFY row_number() OVER (PARTITION BY dataset, program_year ORDER BY period_no) = 1
ORDER BY dataset, program_year DESC
"""
BY_INSTITUTION = """
SELECT submitter, CAST(sum(owed_count) AS BIGINT) AS owed_count, CAST(sum(accepted_count) AS BIGINT) AS accepted_count,
    CAST(sum(missing_count) AS BIGINT) AS missing_count, CAST(sum(late_count) AS BIGINT) AS late_count,
    CAST(sum(waiting_count) AS BIGINT) AS waiting_count
FROM mart_reporting_rate_by_institution
GROUP BY submitter
HAVING sum(missing_count) + sum(late_count) + sum(waiting_count) > 0
ORDER BY missing_count DESC, late_count DESC, submitter
"""
EXPECTED = """
SELECT dataset, submitter, program_year, period_no, due_on, status, verdict, days_late, submission_id, source_file
FROM mart_submission_status
"""


def collect_completeness(sources: Sources) -> Row:
    near = [sources.today - timedelta(DAYS_SINCE), sources.today + timedelta(DAYS_AHEAD)]
    missing = sources.rows(f"{EXPECTED} WHERE status = 'missing' ORDER BY due_on DESC, dataset, submitter")
    late = sources.rows(f"{EXPECTED} WHERE status = 'late' ORDER BY due_on DESC, dataset, submitter LIMIT {MAX_LISTED}")
    due = sources.rows(
        f"{EXPECTED} WHERE status = 'due' AND due_on <= ? ORDER BY due_on, dataset, submitter LIMIT {MAX_LISTED}",
        [sources.today + timedelta(DUE_DAYS)],
    )
    institutions = sources.rows(BY_INSTITUTION)
    return {
        "near": sources.titled(sources.rows(NEAR, near)), "years": sources.titled(sources.rows(YEARS)),
        "institutions": institutions[:MAX_LISTED], "more_institutions": len(institutions[MAX_LISTED:]),
        "missing": sources.titled(missing[:MAX_LISTED]), "more_missing": len(missing[MAX_LISTED:]),
        "late": sources.titled(late), "due": sources.titled(due),
    }  # fmt: skip


def count_owed(sources: Sources) -> Row:
    """How many reports are missing, and how many are due within ``DUE_DAYS``."""
    rows = sources.rows(
        "SELECT count(*) FILTER (status = 'missing') AS missing, "
        "count(*) FILTER (status = 'due' AND due_on <= ?) AS due FROM mart_submission_status",
        [sources.today + timedelta(DUE_DAYS)],
    )
    return rows[0] if rows else {"missing": 0, "due": 0}
