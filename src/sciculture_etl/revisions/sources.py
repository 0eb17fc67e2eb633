"""The rows of submissions that rows of a table are made from, by the columns that both have."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import duckdb
import polars as pl

from sciculture_etl.contracts import TableContract
from sciculture_etl.load import Warehouse
from sciculture_etl.privacy import mask_text
from sciculture_etl.revisions.worlds import chain_to
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


def sources_of(
    warehouse: Warehouse, table_contracts: dict[str, TableContract], table: str, failing: FailingRows
) -> dict[str, str]:
    """Submission → its rows behind the failing ones, as ``실적!12, 13``; those with fewest rows first.

    Nothing where a failing row is told by its year alone: all rows of the year are behind it.
    """
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for statement in chain_to([table]):
        contract = table_contracts.get(statement.table)
        if contract is None or not contract.by_submission or not set(PLACE) <= contract.columns.keys():
            continue
        shared = [name for name in failing.frame.columns if name in contract.columns]
        if set(shared) <= {"program_year"}:
            continue
        same = " AND ".join(
            f'CAST(f."{name}" AS VARCHAR) IS NOT DISTINCT FROM CAST(k."{name}" AS VARCHAR)' for name in shared
        )
        with given(warehouse.connection, failing=failing.frame):
            rows = warehouse.rows(
                f"""SELECT DISTINCT f.submission_id, coalesce(p.sheet, '') AS sheet, f.source_row
                FROM "{statement.table}" AS f JOIN failing AS k ON {same}
                LEFT JOIN log.part AS p ON p.submission_id = f.submission_id AND p.part = f.part
                ORDER BY ALL"""
            )
        for row in rows:
            found[row["submission_id"]].append((row["sheet"], row["source_row"]))
    few = sorted(found.items(), key=lambda item: (len(item[1]), item[0]))[:MAX_SUBMISSIONS]
    return {submission: describe_rows(rows) for submission, rows in few}


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
