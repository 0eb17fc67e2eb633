"""What counted in the last release, by the operator's file of it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from sciculture_etl.versions.years import counted_fingerprint

COUNTED = (
    "SELECT dataset, program_year, submitter, period_key, submission_id FROM mart_submission_version "
    "WHERE standing = 'in force'"
)
# Versions that wait, the longest first; a row for each thing that speaks against one.
WAITING = (
    "FROM mart_submission_waiting "
    "ORDER BY waiting_since, submission_id, dataset, program_year, period_key, cause, measure"
)


def counted_years(operations: Path) -> dict[tuple[str, int], str]:
    """Dataset and year → fingerprint of the versions that counted; nothing where there is no such file."""
    if not operations.exists():
        return {}
    versions: dict[tuple[str, int], list[tuple[object, ...]]] = {}
    with duckdb.connect(str(operations), read_only=True) as connection:
        for dataset, year, *version in connection.execute(COUNTED).fetchall():
            versions.setdefault((dataset, year), []).append(tuple(version))
    return {year: counted_fingerprint(own) for year, own in versions.items()}
