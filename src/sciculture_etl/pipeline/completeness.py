"""What is owed and whether it came, as a run sums it up: rates of what is due about now, and new overdue reports."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sciculture_etl.load import Warehouse
from sciculture_etl.storage.atomic import write_atomically

MISSING_REPORTED = "missing_told.json"
# What is due in so many days or was due so many days ago is summed up.
DAYS_AHEAD, DAYS_SINCE = 7, 45
MAX_RATES_SHOWN = 5

RATES = """
SELECT r.*, p.name_ko AS period_ko
FROM mart_reporting_rate AS r
SEMI JOIN reference.due_period USING (dataset, program_year, period_no)  -- without the sums over periods
JOIN reference.contract AS c USING (dataset)
LEFT JOIN reference.period AS p ON p.period = c.cadence || '-' || r.period_no
WHERE r.due_on BETWEEN ? AND ?
ORDER BY r.reporting_rate NULLS LAST, r.missing_count DESC, r.due_on, r.dataset
"""


def rates_due(warehouse: Warehouse, today: date) -> list[dict[str, Any]]:
    """Rows of ``mart_reporting_rate`` whose day is near, the worst first, with the name of the period."""
    return warehouse.rows(RATES, [today - timedelta(DAYS_SINCE), today + timedelta(DAYS_AHEAD)])


def describe_rates(rates: list[dict[str, Any]]) -> list[str]:
    """A line each of the worst, and one that says how many more there are."""
    lines = [_describe(rate) for rate in rates[:MAX_RATES_SHOWN]]
    if more := len(rates) - len(lines):
        lines.append(f"… {more:,} more in mart_reporting_rate / 그 밖에 {more:,}건")
    return lines


def _describe(rate: dict[str, Any]) -> str:
    what = " ".join(filter(None, (rate["title_ko"], f"{rate['program_year']}년", rate["period_ko"])))
    shown = f"{rate['accepted_count']:,}/{rate['owed_count']:,}"
    if rate["reporting_rate"] is not None:
        shown += f" ({rate['reporting_rate']:g} %)"
    counts = {
        "in time / 기한 내": rate["on_time_count"], "late / 지연": rate["late_count"],
        "waiting / 승인 전": rate["waiting_count"], "missing / 미제출": rate["missing_count"],
        "not owed / 대상 외": rate["unexpected_count"],
    }  # fmt: skip
    found = "".join(f", {label} {count:,}" for label, count in counts.items() if count)
    return f"{what} (~{rate['due_on']}): accepted / 승인 {shown}{found}"


def overdue_reports(
    warehouse: Warehouse, archive: Path, should_record: bool = True
) -> tuple[int, list[dict[str, Any]]]:
    """How many reports are overdue, and those of which no run has told.

    Which were told is kept beside the archive's journals, so that a build database rebuilt doesn't have all of them
    told again.

    Args:
        should_record: keep that these are told now.
    """
    missing = warehouse.rows(
        "SELECT dataset, submitter, program_year, period_no, due_on FROM mart_submission_status "
        "WHERE status = 'missing' ORDER BY ALL"
    )
    keys = {"|".join(str(value) for value in row.values()): row for row in missing}
    path = archive / MISSING_REPORTED
    try:
        reported = set(json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        reported = set()
    if should_record and reported != keys.keys():
        write_atomically(path, json.dumps(sorted(keys), ensure_ascii=False).encode())
    return len(missing), [row for key, row in keys.items() if key not in reported]
