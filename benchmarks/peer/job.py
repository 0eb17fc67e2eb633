"""The job that all are given, as data: files of CSV → typed and checked tables in a DuckDB file → summaries.

Also read by the peers' own scripts in environments of their own, so nothing but Python is imported here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESULT = "result.duckdb"


@dataclass(frozen=True)
class Table:
    """One table of the job.

    Attributes:
        files: a pattern that finds its CSV files, all with the same columns in the same order.
        columns: name → type of DuckDB.
        required: columns without NULL.
        ranges: column → smallest and largest value.
        key: columns that no two rows have alike.
        measures: whole numbers that summaries add up.
        summaries: name of a summary → what its rows are grouped by.
    """

    name: str
    files: str
    columns: dict[str, str]
    required: list[str]
    ranges: dict[str, tuple[int, int]]
    key: list[str]
    measures: list[str]
    summaries: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """Tables to be made, and what must be in them.

    Attributes:
        inbox: what this project is given; the peers' files may be another form of it.
        expected: table or summary → rows, then the sum of each measure.
    """

    inbox: str
    tables: list[Table]
    expected: dict[str, list[int]]

    def write(self, path: Path) -> Path:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
        return path

    @classmethod
    def read(cls, path: Path | str) -> Job:
        found: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(found["inbox"], [Table(**table) for table in found["tables"]], found["expected"])


def read_csv(table: Table, files: str | None = None, more: str = "") -> str:
    """DuckDB's own reading with given types; nothing is guessed."""
    columns = ", ".join(f"'{name}': '{dtype}'" for name, dtype in table.columns.items())
    return (
        f"read_csv({files or quoted(table.files)}, columns = {{{columns}}}, header = true, auto_detect = false, "
        f"delim = ',', quote = '\"', escape = '\"'{more and ', ' + more})"
    )


def summary(table: Table, by: list[str], source: str | None = None) -> str:
    sums = "".join(f", CAST(sum({name}) AS BIGINT) AS {name}" for name in table.measures)
    return f"SELECT {', '.join(by)}, count(*) AS row_count{sums} FROM {source or table.name} GROUP BY ALL"


def wrong_rows(table: Table) -> str:
    """How many rows miss what is required or lie outside a range."""
    wrong = [f"{name} IS NULL" for name in table.required]
    wrong += [f"{name} NOT BETWEEN {low} AND {high}" for name, (low, high) in table.ranges.items()]
    return f"SELECT count(*) FROM {table.name} WHERE {' OR '.join(wrong)}"


def repeated_keys(table: Table) -> str:
    key = ", ".join(table.key)
    return f"SELECT count(*) FROM (SELECT {key} FROM {table.name} GROUP BY {key} HAVING count(*) > 1)"


def totals(table: Table, source: str, rows: str = "count(*)") -> str:
    """What ``Job.expected`` says of a table or summary."""
    return f"SELECT {', '.join([rows, *(f'coalesce(sum({name}), 0)' for name in table.measures)])} FROM {source}"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def finish(execute: Any, table: Table, checks: Iterable[str]) -> None:
    """The part that is plain SQL: checks that must count nothing, then the summaries."""
    for check in checks:
        if found := execute(check).fetchone()[0]:
            raise SystemExit(f"{table.name}: {found} rows fail: {check}")
    for name, by in table.summaries.items():
        execute(f"CREATE OR REPLACE TABLE {name} AS {summary(table, by)}")
