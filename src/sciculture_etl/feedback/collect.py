"""What the build database knows of submissions → answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from sciculture_etl.contracts import Contract
from sciculture_etl.feedback.answer import KIND_OF_STANDING, WAITING, Answer, Received
from sciculture_etl.intake.check import Checked, checked_part, counted
from sciculture_etl.load import Warehouse
from sciculture_etl.settings import sql_text

# What became of a file through others: told when it is answered, and no reason to answer it again.
STANDING = (
    "('R_DUPLICATE_FILE', 'R_SUPERSEDED', 'R_VERSION_UNCLEAR', 'R_SUITE_FAILED', 'R_WITHDRAWN', 'R_WAITING', "
    "'R_NOT_APPROVED')"
)
# Answers that are collected at once, and findings of theirs.
MAX_COLLECTED, MAX_COLLECTED_FINDINGS = 1_000, 100_000

# Every receipt, with a mark that changes when what its institution is told of the file changes.
RECEIPTS = f"""
WITH found AS (
    SELECT submission_id, count(*) AS finding_count,
        md5(string_agg(md5(concat_ws('|', code, severity, source_sheet, source_row, cell, field,
        value, message_ko, fix_ko)), '' ORDER BY finding_no)) AS findings
    FROM mart_row_error WHERE code NOT IN {STANDING} GROUP BY submission_id
),
stated AS (
    SELECT submission_id, max(value) AS stated FROM mart_row_error
    WHERE code IN ('R_WAITING', 'R_NOT_APPROVED') GROUP BY submission_id
),
parts AS (
    SELECT submission_id, string_agg(concat_ws(' ', part, dataset, read, loaded, quarantined, left_out), ', '
        ORDER BY part) AS counts
    FROM log.part GROUP BY submission_id
)
SELECT l.receipt_no, l.submission_id, coalesce(l.submitter, s.submitter) AS submitter, l.source_file, l.file_sha256,
    l.received_at, l.standing, s.refused, s.unread_sheets, coalesce(f.finding_count, 0) AS finding_count,
    CASE WHEN l.verdict = 'duplicate' THEN min(l.received_at) OVER (PARTITION BY l.submission_id) END AS earlier,
    l.resent_after, l.is_unclear, coalesce(c.source_file, '') AS counting_file,
    replace(coalesce(v.ko, ''), '{{evidence}}', l.evidence) AS because,
    CASE WHEN l.verdict = 'duplicate' THEN trim('duplicate ' || l.resent_after)
        ELSE md5(concat_ws('|', l.verdict, p.counts, f.findings,
            CASE WHEN l.standing IN ({", ".join(map(sql_text, [*KIND_OF_STANDING, WAITING]))}) THEN l.standing END,
            t.stated)) END AS mark,
    coalesce(t.stated, '') AS stated
FROM mart_submission_log AS l
JOIN log.submission AS s USING (submission_id)
LEFT JOIN parts AS p USING (submission_id)
LEFT JOIN found AS f USING (submission_id)
LEFT JOIN stated AS t USING (submission_id)
LEFT JOIN reference.evidence AS v ON v.level = l.decided_by
LEFT JOIN (SELECT submission_id, min_by(path, seq) AS source_file FROM log.receipt GROUP BY submission_id) AS c
    ON c.submission_id = coalesce(nullif(l.resent_after, ''), nullif(split_part(l.superseded_by, ', ', 1), ''))
ORDER BY l.receipt_no
"""
# What follows from several files knows the row and the field; their column is that of the table.
FINDINGS = f"""
SELECT e.submission_id, e.part, e.source_sheet AS sheet, e.source_row AS row,
    coalesce(e.cell, json_extract_string(p.columns, '$."' || e.field || '"[0]') || e.source_row) AS cell,
    coalesce(e.header, json_extract_string(p.columns, '$."' || e.field || '"[1]')) AS header,
    e.field, e.code, e.severity, e.value, e.message_ko, e.message_en, e.fix_ko, e.fix_en
FROM mart_row_error AS e
LEFT JOIN log.part AS p USING (submission_id, part)
WHERE e.code NOT IN {STANDING} AND e.submission_id IN (%s)
ORDER BY e.submission_id, e.finding_no
"""


@dataclass(frozen=True)
class SubmissionReceipt:
    """A file as it came in.

    Attributes:
        earlier: when the same bytes came first.
        resent_after, is_unclear, because: as ``Received`` has them.
        counting_file: path of what counts instead.
        mark: of what is told of it.
        stated: as of ``Received``.
    """

    receipt_no: int
    submission_id: str
    submitter: str | None
    source_file: str
    file_sha256: str
    received_at: datetime
    standing: str
    refused: bool
    unread_sheets: list[str]
    finding_count: int
    earlier: datetime | None
    resent_after: str
    is_unclear: bool
    counting_file: str
    because: str
    mark: str
    stated: str

    @property
    def file_name(self) -> str:
        """As it came, but for what is personal in it."""
        return self.source_file.rsplit("/", 1)[-1]


def receipts(warehouse: Warehouse) -> list[SubmissionReceipt]:
    """All of them, in the order in which they came."""
    return [SubmissionReceipt(**row) for row in warehouse.rows(RECEIPTS)]


def answers(
    warehouse: Warehouse, contracts: dict[str, Contract], wanted: Sequence[SubmissionReceipt]
) -> Iterator[tuple[SubmissionReceipt, Answer]]:
    """The answers to those receipts, in their order; some at a time are held in memory."""
    chunk: list[SubmissionReceipt] = []
    held = 0
    for receipt in wanted:
        if chunk and (len(chunk) >= MAX_COLLECTED or held + receipt.finding_count > MAX_COLLECTED_FINDINGS):
            yield from _answers(warehouse, contracts, chunk)
            chunk, held = [], 0
        chunk.append(receipt)
        held += receipt.finding_count
    yield from _answers(warehouse, contracts, chunk) if chunk else ()


def _answers(
    warehouse: Warehouse, contracts: dict[str, Contract], wanted: Sequence[SubmissionReceipt]
) -> Iterator[tuple[SubmissionReceipt, Answer]]:
    listed = ", ".join(sql_text(name) for name in sorted({receipt.submission_id for receipt in wanted}))
    found = warehouse.connection.sql(FINDINGS % listed).pl()
    findings = {str(key[0]): own for key, own in found.partition_by("submission_id", as_dict=True).items()}
    nothing = found.clear()
    accounts: dict[str, list[dict[str, Any]]] = {}
    for row in warehouse.rows(f"SELECT * FROM log.part WHERE submission_id IN ({listed}) ORDER BY submission_id, part"):
        accounts.setdefault(row["submission_id"], []).append(row)
    datasets = {row["dataset"] for rows in accounts.values() for row in rows}
    sums = {name: _sums(warehouse, contracts[name], listed) for name in datasets}
    names = {name: counted(contracts[name]) for name in datasets}
    for receipt in wanted:
        own = findings.get(receipt.submission_id, nothing)
        parts = []
        for account in accounts.get(receipt.submission_id, []):
            dataset, number = account["dataset"], account["part"]
            loaded = sums[dataset].get((receipt.submission_id, number), {"years": []})
            totals = {name: loaded.get(name) for name in names[dataset]}
            of_part = own.filter(pl.col("part") == number) if own.height else own
            parts.append(checked_part(contracts[dataset], account, loaded["years"], totals, of_part))
        whole = own.filter(~pl.col("part").is_in([part.number for part in parts])) if own.height else own
        checked = Checked(
            receipt.file_name, receipt.submitter, receipt.refused, whole, parts, receipt.unread_sheets or []
        )
        received = Received(
            receipt.receipt_no, receipt.received_at, receipt.standing, receipt.earlier, receipt.stated,
            receipt.resent_after, receipt.counting_file.rsplit("/", 1)[-1], receipt.because, receipt.is_unclear,
        )  # fmt: skip
        yield receipt, Answer(checked, received)


def _sums(warehouse: Warehouse, contract: Contract, listed: str) -> dict[tuple[str, int], dict[str, Any]]:
    """Submission and part → program years and sums of its accepted rows, as it was last read."""
    totals = "".join(f", sum({name}) AS {name}" for name in counted(contract))
    rows = warehouse.rows(
        f"SELECT submission_id, part, list(DISTINCT program_year) AS years{totals} FROM store.{contract.dataset} "
        f"SEMI JOIN log.submission USING (submission_id, reading) WHERE submission_id IN ({listed}) GROUP BY ALL"
    )
    return {(row["submission_id"], row["part"]): row for row in rows}
