"""Where rows come from, in words for the operator: the file, the sheet, the rows; and which rows break a rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl

from sciculture_etl.load.warehouse import Warehouse
from sciculture_etl.messages import message
from sciculture_etl.privacy import mask_text
from sciculture_etl.quality.suites import SuiteOutcome
from sciculture_etl.rules import given

# Failing rows that are looked at, of which so many are shown; submissions, and rows of each, that are named.
MAX_ROWS, MAX_EXAMPLES = 1_000, 3
MAX_SUBMISSIONS, MAX_NAMED_ROWS = 5, 10
PLACE = ("submission_id", "part", "source_row")


@dataclass(frozen=True)
class FailingRows:
    """Rows that break a rule, by the columns that the rule tells."""

    frame: pl.DataFrame

    @classmethod
    def found(cls, connection: duckdb.DuckDBPyConnection, query: str) -> FailingRows:
        """The first of them.

        Args:
            query: a SELECT, which may give a column twice.
        """
        cursor = connection.execute(f"{query} LIMIT {MAX_ROWS}")
        names = [column[0] for column in cursor.description or []]
        rows = cursor.fetchall()
        columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
        return cls(pl.DataFrame(columns, strict=False))

    @property
    def examples(self) -> str:
        shown = [
            ", ".join(f"{name}={value}" for name, value in row.items() if name not in PLACE)
            for row in self.frame.head(MAX_EXAMPLES).to_dicts()
        ]
        return mask_text("; ".join(text for text in shown if text))


def file_of(warehouse: Warehouse, submission: str) -> str:
    """The path of a submission as it was received last."""
    query = "SELECT path FROM log.receipt WHERE submission_id = ? ORDER BY seq DESC LIMIT 1"
    return str(warehouse.value(query, [submission]))


def describe_rows(rows: list[tuple[str, int]]) -> str:
    """Sheet and rows: ``실적!12, 13, 20 (+4)``."""
    by_sheet: dict[str, list[int]] = defaultdict(list)
    for sheet, row in rows:
        by_sheet[sheet].append(row)
    texts = []
    for sheet, numbers in by_sheet.items():
        more = f" (+{len(numbers) - MAX_NAMED_ROWS:,})" if len(numbers) > MAX_NAMED_ROWS else ""
        listed = ", ".join(str(number) for number in numbers[:MAX_NAMED_ROWS])
        texts.append(f"{sheet}{'!' if sheet else ''}{listed}{more}")
    return mask_text("; ".join(texts))


def name_submissions(warehouse: Warehouse, outcome: SuiteOutcome, dataset: str, year: int, rows: str) -> list[str]:
    """The errors of a dataset-year, and below each a line for each submission whose rows break it.

    What doesn't count yet comes first: it is what was added since the year was sound.

    Args:
        rows: the SELECT of the rows that were checked.
    """
    counting = warehouse.rows(
        "SELECT DISTINCT submission_id FROM log.in_force WHERE dataset = ? AND program_year = ?", [dataset, year]
    )
    in_force = {row["submission_id"] for row in counting}
    texts = []
    for sentence in outcome.errors:
        query = outcome.failing_rows.get(sentence)
        found = _behind(warehouse, FailingRows.found(warehouse.connection, query), rows) if query else {}
        if not found:  # it is about all rows together
            found = {row["submission_id"]: [] for row in warehouse.rows(f"SELECT DISTINCT submission_id FROM ({rows})")}
            found = {submission: [] for submission in found.keys() - in_force}
        first = sorted(found, key=lambda submission: (submission in in_force, len(found[submission]), submission))
        texts.append("\n".join([sentence, *_lines(warehouse, first, found, in_force)]))
    return texts


def _lines(
    warehouse: Warehouse, submissions: list[str], found: dict[str, list[tuple[str, int]]], in_force: set[str]
) -> Iterable[str]:
    for submission in submissions[:MAX_SUBMISSIONS]:
        places = [message("move_rows", rows=describe_rows(found[submission]))] if found[submission] else []
        new = [] if submission in in_force else [message("not_in_force_yet")]
        yield f"  {file_of(warehouse, submission)} ({submission}): {'; '.join([*places, *new])}"
    if (more := len(submissions) - MAX_SUBMISSIONS) > 0:
        yield f"  {message('more_submissions', count=f'{more:,}')}"


def _behind(warehouse: Warehouse, failing: FailingRows, rows: str) -> dict[str, list[tuple[str, int]]]:
    """Submission → sheet and row of its rows that fail, by the columns that the rule tells."""
    with given(warehouse.connection, failing=failing.frame):
        columns = {row["column_name"] for row in warehouse.rows(f"DESCRIBE {rows}")}
        shared = [name for name in failing.frame.columns if name in columns]
        keys = [name for name in shared if name in PLACE] or [name for name in shared if name != "program_year"]
        if not keys:
            return {}
        # A rule may fill in what a row leaves open, so that an empty cell is like any.
        same = " AND ".join(
            f'(CAST(c."{name}" AS VARCHAR) IS NOT DISTINCT FROM CAST(k."{name}" AS VARCHAR) OR c."{name}" IS NULL)'
            for name in keys
        )
        listed = warehouse.rows(
            f"""SELECT DISTINCT c.submission_id, coalesce(p.sheet, '') AS sheet, c.source_row
            FROM ({rows}) AS c JOIN failing AS k ON {same}
            LEFT JOIN log.part AS p ON p.submission_id = c.submission_id AND p.part = c.part
            ORDER BY ALL"""
        )
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in listed:
        found[row["submission_id"]].append((row["sheet"], row["source_row"]))
    return found
