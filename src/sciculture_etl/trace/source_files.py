"""Files and sheets that rows came from, and what the rows say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from sciculture_etl.trace.account import SourceRow


@dataclass(frozen=True)
class Place:
    """Where a part of a submission lies.

    Attributes:
        submitter: the institution.
        file: as it was first received.
        sheet: empty of a file without sheets.
    """

    submitter: str
    file: str
    sheet: str


def places_of(connection: duckdb.DuckDBPyConnection, rows: Collection[SourceRow]) -> dict[tuple[str, int], Place]:
    """Where rows lie, by submission and part."""
    named = sorted({row.submission_id for row in rows if row.submission_id})
    found = connection.execute(
        """WITH files AS (
            SELECT submission_id, min_by(path, seq) AS file, min_by(submitter, seq) AS submitter
            FROM log.receipt WHERE submission_id IN (SELECT unnest(?::VARCHAR[])) GROUP BY submission_id
        ),
        parts AS (SELECT submission_id, part, sheet FROM log.part UNION ALL SELECT submission_id, 0, NULL FROM files)
        SELECT f.submission_id, p.part, coalesce(f.submitter, s.submitter, ''), f.file, coalesce(p.sheet, '')
        FROM files AS f JOIN parts AS p USING (submission_id) LEFT JOIN log.submission AS s USING (submission_id)""",
        [named],
    ).fetchall()
    return {(submission_id, part): Place(*place) for submission_id, part, *place in found}


def values_of(connection: duckdb.DuckDBPyConnection, rows: Collection[SourceRow]) -> dict[SourceRow, dict[str, str]]:
    """What the facts hold of each row, and the reference lists."""
    by_table: dict[str, list[SourceRow]] = {}
    for row in rows:
        if row.number >= 0 or row.table.startswith("reference."):
            by_table.setdefault(row.table, []).append(row)
    found: dict[SourceRow, dict[str, str]] = {}
    for table, own in by_table.items():
        offset = 2 if table.startswith("reference.") else 0
        numbers = {row.row - offset if offset else row.number: row for row in own}
        cursor = connection.execute(
            f"SELECT rowid, * FROM {table} WHERE rowid IN (SELECT unnest(?::BIGINT[]))", [list(numbers)]
        )
        names = [column[0] for column in cursor.description or []]
        for line in cursor.fetchall():
            cells = dict(zip(names, line, strict=True))
            row = numbers[cells.pop("rowid")]
            found[row] = {
                name: str(cell) for name, cell in cells.items()
                if cell is not None and name not in ("submission_id", "part", "source_row")
            }  # fmt: skip
    return found
