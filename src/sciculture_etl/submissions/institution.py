"""What an institution may see of its own submissions: what is due, was received, waits, and was found in one."""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb
import polars as pl

from sciculture_etl.extract import Archive, Receipt
from sciculture_etl.settings import Settings
from sciculture_etl.submissions.life import Row, operations, rows_of
from sciculture_etl.versions.published import WAITING

# Of a year that nobody asks about any more, what was received in time is no news.
OWED = """
FROM mart_submission_status WHERE submitter = ?
ORDER BY status NOT IN ('missing', 'due'), due_on DESC NULLS LAST, program_year DESC, dataset, period_no DESC
"""
RECEIVED = "FROM mart_submission_log WHERE submitter = ? ORDER BY received_at DESC, receipt_no DESC"
RECEIPT = "FROM mart_submission_log WHERE submitter = ? AND receipt_no = ?"
# Receipts of which the run knows, whoever sent them: what came later waits for the next one.
LAST_RECEIPT = "SELECT coalesce(max(receipt_no), 0) AS receipt_no FROM mart_submission_log"
FINDINGS = """
SELECT '' AS submission_id, part, source_sheet AS sheet, source_row AS "row", cell, header, field, code, severity,
    value, message_ko, message_en, fix_ko, fix_en
FROM mart_row_error WHERE submission_id = ? AND submitter = ?
QUALIFY row_number() OVER (PARTITION BY severity, code ORDER BY finding_no) <= ?
ORDER BY finding_no
"""
COUNTS = "SELECT code, count(*) FROM mart_row_error WHERE submission_id = ? AND submitter = ? GROUP BY code"
# Of each code; a file of two megabytes may have half a million, and a page lists a few of them.
MAX_FINDINGS = 2_000


@dataclass(frozen=True)
class OwnSubmissions:
    """An institution's own rows of the last run.

    Attributes:
        owed: of ``mart_submission_status``, what hasn't come first.
        received: of ``mart_submission_log``, the newest first.
        waiting: of ``mart_submission_waiting``, the longest first.
        in_archive: receipts that no run has told of yet.
        has_run: whether there has been a run at all.
    """

    owed: list[Row] = field(default_factory=list)
    received: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    in_archive: list[Receipt] = field(default_factory=list)
    has_run: bool = False


def own_submissions(settings: Settings, institution: str, archive: Archive) -> OwnSubmissions:
    """All that may be told to an institution: rows that bear its very name, and no others.

    Raises:
        NotReadyError: Where the last run was of a version that didn't know them yet.
    """
    if not (settings.warehouse / "operations.duckdb").exists():
        return OwnSubmissions(in_archive=_since(archive, institution, 0))
    with operations(settings) as connection:
        owed = rows_of(connection, OWED, [institution])
        received = rows_of(connection, RECEIVED, [institution])
        ((last,),) = connection.execute(LAST_RECEIPT).fetchall()
        try:
            waiting = [row for row in rows_of(connection, WAITING, []) if row["submitter"] == institution]
        except duckdb.CatalogException:  # a file of an earlier version, in which nothing waited
            waiting = []
    return OwnSubmissions(owed, received, waiting, _since(archive, institution, last), True)


def _since(archive: Archive, institution: str, last: int) -> list[Receipt]:
    return [receipt for receipt in archive.receipts()[last:] if receipt.submitter == institution]


def own_submission(
    settings: Settings, institution: str, receipt_no: int
) -> tuple[Row, pl.DataFrame, dict[str, int]] | None:
    """A receipt of the institution and what was found in its file; None where it has no such.

    Returns:
        Its row, the first ``MAX_FINDINGS`` findings of each code, and how many of each there are.

    Raises:
        NotReadyError: Where there has been no run yet.
    """
    with operations(settings) as connection:
        rows = rows_of(connection, RECEIPT, [institution, receipt_no])
        if not rows:
            return None
        asked = [rows[0]["submission_id"], institution]
        found = connection.execute(FINDINGS, [*asked, MAX_FINDINGS]).pl()
        counts = dict(connection.execute(COUNTS, asked).fetchall())
    return rows[0], found, counts
