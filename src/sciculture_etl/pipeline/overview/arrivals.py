"""What arrived: submissions with their verdict, and which files are to blame, with places."""

from __future__ import annotations

from typing import Any

from sciculture_etl.findings import catalogue
from sciculture_etl.pipeline.overview.sources import LANGUAGES, Asked, Row, Sources

PAGE = 100
# Files that are named as to blame, and places of each.
MAX_FAULTY, MAX_PLACES = 50, 5
# What doesn't count any more, or never did: its findings ask nothing of anybody.
PAST = ("superseded", "withdrawn", "duplicate")
FAULTY = ("rejected", "partially_accepted")
SUBMISSIONS = """
SELECT receipt_no, submission_id, submitter, source_file, received_at, byte_count, datasets, program_years, state,
    verdict, rows_read, rows_loaded, rows_quarantined, rows_left_out, error_count, warning_count
FROM mart_submission_log
"""


def newest_arrivals(sources: Sources) -> Row:
    """The receipts of the last run that received something: how many of each verdict, and who sent them.

    ``after``: the number of the last receipt before them.
    """
    counts: list[tuple[Any, int]] = []
    for run in reversed(sources.runs):
        if (receipts := run.details.get("receipts")) and (not counts or receipts > counts[-1][1]):
            counts.append((run, receipts))
    if not counts:
        return {"run_no": 0, "after": 0, "received": 0, "verdicts": {}, "submitters": 0}
    run, after = counts[-1][0], counts[-2][1] if len(counts) > 1 else 0
    rows = sources.rows(
        "SELECT verdict, count(*) AS n FROM mart_submission_log WHERE receipt_no > ? GROUP BY verdict ORDER BY verdict",
        [after],
    )
    senders = sources.rows(
        "SELECT count(DISTINCT submitter) AS n FROM mart_submission_log WHERE receipt_no > ?", [after]
    )
    return {
        "run_no": run.run_no, "after": after, "received": sum(row["n"] for row in rows),
        "verdicts": {row["verdict"]: row["n"] for row in rows}, "submitters": senders[0]["n"] if senders else 0,
    }  # fmt: skip


def faulty_files(sources: Sources, after: int = 0, limit: int = MAX_FAULTY) -> Row:
    """Files of which something couldn't be accepted and nothing newer counts, the newest first, with their places.

    Args:
        after: only receipts with a higher number.
    """
    states = ", ".join(f"'{state}'" for state in FAULTY)
    where = f"WHERE verdict IN ({states}) AND state NOT IN {PAST} AND receipt_no > ?"
    files = sources.rows(f"{SUBMISSIONS} {where} ORDER BY receipt_no DESC LIMIT {limit}", [after])
    counted = sources.rows(f"SELECT count(*) AS n FROM mart_submission_log {where}", [after])
    places: dict[str, list[Row]] = {}
    named = [row["submission_id"] for row in files]
    for row in sources.rows(
        "SELECT submission_id, code, source_sheet, source_row, cell, header, message_ko, message_en, fix_ko, fix_en "
        "FROM mart_row_error WHERE severity = 'error' AND list_contains(?, submission_id) "
        f"QUALIFY row_number() OVER (PARTITION BY submission_id ORDER BY finding_no) <= {MAX_PLACES} "
        "ORDER BY submission_id, finding_no",
        [named],
    ):
        places.setdefault(row["submission_id"], []).append(row)
    return {
        "files": [row | {"places": places.get(row["submission_id"], [])} for row in files],
        "more": (counted[0]["n"] if counted else 0) - len(files),
    }


def narrowed(asked: Asked) -> tuple[str, list[Any]]:
    """The condition of a list of submissions, and its values."""
    given = {
        "state = ?": asked.state, "contains(submitter, ?)": asked.submitter,
        "list_contains(string_split(datasets, ', '), ?)": asked.dataset,
        "CAST(received_at AS DATE) >= CAST(? AS DATE)": asked.since,
    }  # fmt: skip
    conditions = {condition: value for condition, value in given.items() if value}
    return " AND ".join(["true", *conditions]), list(conditions.values())


def collect_submissions(sources: Sources) -> Row:
    """All receipts, or those asked for, a page of them; and how many there are of each state."""
    where, values = narrowed(sources.asked)
    states = sources.rows("SELECT state, count(*) AS n FROM mart_submission_log GROUP BY state ORDER BY n DESC, state")
    counted = sources.rows(f"SELECT count(*) AS n FROM mart_submission_log WHERE {where}", values)
    count = counted[0]["n"] if counted else 0
    pages = max(1, -(-count // PAGE))
    page = min(sources.asked.page, pages)
    rows = sources.rows(
        f"{SUBMISSIONS} WHERE {where} ORDER BY received_at DESC, receipt_no DESC LIMIT {PAGE} OFFSET ?",
        [*values, (page - 1) * PAGE],
    )
    return {
        "states": states, "count": count, "page": page, "pages": pages,
        "rows": [with_titles(sources, row) for row in rows], "arrivals": newest_arrivals(sources),
    }  # fmt: skip


def with_titles(sources: Sources, row: Row) -> Row:
    """``titles_ko``, ``titles_en`` of the datasets that it holds."""
    datasets = [name for name in (row["datasets"] or "").split(", ") if name]
    return row | {
        f"titles_{language}": ", ".join(sources.title(name, language) for name in datasets) for language in LANGUAGES
    }


def collect_findings(sources: Sources) -> Row:
    """Findings on what counts or would: by kind, by institution, and the files with their places."""
    open_ones = (
        "FROM mart_row_error AS e SEMI JOIN (SELECT submission_id FROM mart_submission_log "
        f"WHERE state NOT IN {PAST}) USING (submission_id) WHERE e.severity <> 'info'"
    )
    by_code = sources.rows(
        "SELECT code, severity, count(*) AS findings, count(DISTINCT submission_id) AS files, "
        f"count(DISTINCT submitter) AS submitters {open_ones} GROUP BY code, severity "
        "ORDER BY severity, findings DESC, code"
    )
    by_submitter = sources.rows(
        "SELECT submitter, count(*) FILTER (severity = 'error') AS errors, "
        "count(*) FILTER (severity = 'warning') AS warnings, count(DISTINCT submission_id) AS files, "
        f"mode(code ORDER BY code) AS most {open_ones} GROUP BY submitter "
        f"ORDER BY errors DESC, warnings DESC, submitter LIMIT {PAGE}"
    )
    return {
        "by_code": [row | _title(row["code"]) for row in by_code],
        "by_submitter": [row | _title(row["most"]) for row in by_submitter],
        "faulty": faulty_files(sources, limit=MAX_FAULTY),
    }


def _title(code: str) -> Row:
    texts = catalogue().get(code, {})
    return {name: texts.get(name, code) for name in ("title_ko", "title_en")}
