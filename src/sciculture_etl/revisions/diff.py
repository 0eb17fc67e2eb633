"""What differs between the public tables of two releases, or of one and the model: a line a value, a row come or gone.

The status of rows is told once for all rows that rest on the same years of the same datasets.
The data dictionary isn't compared, nor is what a release tells of those before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from sciculture_etl.contracts import TableContract, load_table_contracts
from sciculture_etl.contracts.disclosure import symbol_column
from sciculture_etl.contracts.table_contract import STATUS
from sciculture_etl.disclosure import published_relation
from sciculture_etl.settings import sql_text
from sciculture_etl.storage.parquet import damage_reported

HISTORY = "mart_revision"
CHANGED, ADDED, REMOVED = "changed", "added", "removed"
# How lines about the status of rows are counted, apart from values that changed.
OF_STATUS = "status"
# What differs: a line a value, a row, a column or a table. key: the values of the grain, in its order, and row_key the
# same in words; NULL where a line is about a whole column or a whole table. Of a line about the status, they are of the
# columns on which it depends.
DIFFERENCE = pl.Schema(
    [
        ("table_name", pl.String()),
        ("key", pl.List(pl.String())),
        ("row_key", pl.String()),
        ("change", pl.String()),
        ("column_name", pl.String()),
        ("old_value", pl.String()),
        ("new_value", pl.String()),
    ]
)


@dataclass(frozen=True)
class Columns:
    """A table to be compared: what it is read from, its grain, all its columns with their types.

    Attributes:
        files: of a release, that may be damaged.
        status_key: the columns on which the status of a row depends; None where rows have none.
        numbers: column of symbols → the number of which it says why it is empty.
    """

    source: str
    grain: list[str]
    types: dict[str, str]
    files: tuple[Path, ...] = ()
    status_key: list[str] | None = None
    numbers: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> list[tuple[str, str]]:
        """The grain with its types, since only keys of one kind can be told to be the same.

        Empty where the table has no such columns.
        """
        return [(name, self.types[name]) for name in self.grain] if set(self.grain) <= self.types.keys() else []


Tables = dict[str, Columns]


def table_hashes(manifest: dict[str, Any], audience: str | None = None) -> dict[str, str]:
    """Table → hash, of what doesn't depend on earlier releases.

    Args:
        audience: only of those tables.
    """
    return {
        name: table["sha256"]
        for name, table in manifest["tables"].items()
        if not table.get("history") and audience in (None, table["audience"])
    }


def _read(path: Path) -> str:
    return f"read_parquet({sql_text(path)})"


def _compared(
    connection: duckdb.DuckDBPyConnection, source: str, grain: list[str], contract: TableContract | None, *files: Path
) -> Columns:
    with damage_reported(*files):
        types = {row[0]: row[1] for row in connection.execute(f"DESCRIBE FROM {source}").fetchall()}
    has_status = contract is not None and contract.has_status and contract.grain == grain and STATUS in types
    symbols = {symbol_column(name): name for name in types if symbol_column(name) in types}
    numbers = {symbol: name for symbol, name in symbols.items() if contract and symbol in contract.symbol_columns}
    return Columns(source, grain, types, files, contract.status_key if contract and has_status else None, numbers)


def _is_compared(name: str) -> bool:
    return not name.startswith("meta_") and name != HISTORY


def released_tables(connection: duckdb.DuckDBPyConnection, release: Path, same: frozenset[str] = frozenset()) -> Tables:
    """The public tables of a release, from its folder.

    Args:
        same: tables that nothing needs to be known of.

    Raises:
        ReleaseError: Where a file is missing or damaged.
    """
    folder = release / "parquet"
    listing = folder / "meta_table.parquet"
    with damage_reported(listing):
        listed = connection.execute(f"SELECT table_name, grain FROM {_read(listing)}").fetchall()
    contracts = load_table_contracts()
    return {
        name: _compared(connection, _read(path), grain, contracts.get(name), path)
        for name, grain in listed
        if _is_compared(name) and name not in same
        for path in [folder / f"{name}.parquet"]
    }


def built_tables(
    connection: duckdb.DuckDBPyConnection,
    table_contracts: dict[str, TableContract],
    same: frozenset[str] = frozenset(),
) -> Tables:
    """The public tables as the next release would show them, but for those that are the same."""
    return {
        name: _compared(connection, published_relation(table_contract), table_contract.grain, table_contract)
        for name, table_contract in table_contracts.items()
        if table_contract.audience == "public" and _is_compared(name) and name not in same
    }


def find_differences(
    connection: duckdb.DuckDBPyConnection, before: Tables, after: Tables, same: frozenset[str] = frozenset()
) -> pl.DataFrame:
    """What differs, as ``DIFFERENCE`` says.

    Rows are told apart by the grain. A table of which the grain or its types changed is one that went and one that
    came; such a table, and a column that only one of the two has, is one line. Raises ReleaseError where a file is
    damaged.

    Args:
        same: tables known to be equal.
    """
    found = [pl.DataFrame(schema=DIFFERENCE)]
    for name in sorted(before.keys() | after.keys()):
        if name in same:
            continue
        was, now = before.get(name), after.get(name)
        if was and now and was.key and was.key == now.key:
            with damage_reported(*was.files, *now.files):
                found += _compare(connection, name, was, now)
            continue
        found += [_whole(name, change, None) for change, table in ((REMOVED, was), (ADDED, now)) if table]
    return pl.concat(found)


def _whole(name: str, change: str, column: str | None) -> pl.DataFrame:
    return pl.DataFrame([(name, None, None, change, column, None, None)], DIFFERENCE, orient="row")


def _compare(connection: duckdb.DuckDBPyConnection, name: str, was: Columns, now: Columns) -> Iterator[pl.DataFrame]:
    for change, some, others in ((REMOVED, was, now), (ADDED, now, was)):
        for column in sorted(some.types.keys() - others.types.keys()):
            yield _whole(name, change, column)
    joined = " AND ".join(f'o.r."{column}" IS NOT DISTINCT FROM n.r."{column}"' for column in was.grain)
    values = ", ".join(
        f'CAST(CASE WHEN n.r IS NULL THEN o.r."{column}" ELSE n.r."{column}" END AS VARCHAR)' for column in was.grain
    )
    keys = in_words(was.grain)
    # Nearly all rows are as they were; only the others are looked through column by column.
    both = [column for column in now.types if column not in was.grain and column in was.types]
    cast = {column: was.types[column] != now.types[column] for column in both}
    differs = (
        " OR ".join(
            f"{_value('o.r', column, cast[column])} IS DISTINCT FROM {_value('n.r', column, cast[column])}"
            for column in both
        )
        or "false"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE pair AS SELECT o.r AS o, n.r AS n, [{values}] AS key, concat({keys}) AS row_key "
        f"FROM (SELECT t AS r FROM {was.source} AS t) AS o "
        f"FULL JOIN (SELECT t AS r FROM {now.source} AS t) AS n ON {joined}"
        f" WHERE o.r IS NULL OR n.r IS NULL OR {differs}"
    )

    counted = connection.execute("SELECT count(o), count(n), count(*) FROM pair").fetchone()
    was_there, is_there, rows = counted or (0, 0, 0)
    for change, side, count in ((REMOVED, "n", is_there), (ADDED, "o", was_there)):
        if count < rows:
            yield connection.execute(
                f"SELECT {_named_change(name, change)}, CAST(NULL AS VARCHAR) AS column_name, "
                f"CAST(NULL AS VARCHAR) AS old_value, CAST(NULL AS VARCHAR) AS new_value FROM pair WHERE {side} IS NULL"
            ).pl()
    if was_there + is_there > rows:
        yield from _changed(connection, name, was, now, cast)
    connection.execute("DROP TABLE pair")


def _named_change(name: str, change: str) -> str:
    return f"{sql_text(name)} AS table_name, key, row_key, '{change}' AS change"


def _changed(
    connection: duckdb.DuckDBPyConnection, name: str, was: Columns, now: Columns, cast: dict[str, bool]
) -> Iterator[pl.DataFrame]:
    """A line for each value that changed, column by column."""
    values, of_status = [], was.status_key is not None and was.status_key == now.status_key
    for place, column in enumerate(cast):
        if column == STATUS and of_status:
            continue
        old, new = (_value(side, column, cast[column]) for side in ("o", "n"))
        differs = f"{old} IS DISTINCT FROM {new}"
        if number := now.numbers.get(column):
            # A number that went or came says enough.
            differs += f' AND o."{number}" IS NOT DISTINCT FROM n."{number}"'
        texts = f"old_value := CAST({old} AS VARCHAR), new_value := CAST({new} AS VARCHAR)"
        values.append(
            f"CASE WHEN {differs} THEN struct_pack(place := {place}, column_name := {sql_text(column)}, {texts}) END"
        )
    if values:
        yield connection.execute(
            f"SELECT {_named_change(name, CHANGED)}, v.column_name, v.old_value, v.new_value FROM ("
            f"SELECT rowid AS pair_no, key, row_key, unnest([{', '.join(values)}]) AS v FROM pair "
            "WHERE o IS NOT NULL AND n IS NOT NULL) WHERE v IS NOT NULL ORDER BY v.place, pair_no"
        ).pl()
    if STATUS in cast and of_status and was.status_key is not None:
        yield _status_lines(connection, name, was.status_key)


def in_words(key: list[str]) -> str:
    """SQL: what ``concat`` makes a row's key of, from the list ``key`` of its values."""
    return ", ', ', ".join(
        f"{sql_text(f'{column}=')}, coalesce(key[{place}], '')" for place, column in enumerate(key, 1)
    )


def _status_lines(connection: duckdb.DuckDBPyConnection, name: str, status_key: list[str]) -> pl.DataFrame:
    """A line for all rows of one key of which the status changed."""
    values = ", ".join(f'CAST(n."{column}" AS VARCHAR)' for column in status_key)
    of_all = "CAST(NULL AS VARCHAR[]) AS key, CAST(NULL AS VARCHAR) AS row_key"
    stated = f"key, concat({in_words(status_key)}) AS row_key" if status_key else of_all
    old, new = (f"string_agg(DISTINCT {side}.{STATUS}, ', ' ORDER BY {side}.{STATUS})" for side in ("o", "n"))
    return connection.execute(
        f"SELECT {sql_text(name)} AS table_name, {stated}, '{CHANGED}' AS change, '{STATUS}' AS column_name, "
        "old_value, new_value "
        f"FROM (SELECT CAST([{values}] AS VARCHAR[]) AS key, {old} AS old_value, {new} AS new_value "
        f"FROM pair WHERE o IS NOT NULL AND n IS NOT NULL AND o.{STATUS} IS DISTINCT FROM n.{STATUS} GROUP BY 1)"
    ).pl()


def _value(side: str, column: str, cast: bool) -> str:
    return f'CAST({side}."{column}" AS VARCHAR)' if cast else f'{side}."{column}"'


def is_about_status() -> pl.Expr:
    """Of a frame of differences: the lines that tell of the status of rows."""
    names = [name for name, table_contract in load_table_contracts().items() if table_contract.has_status]
    is_status = pl.col("column_name").eq_missing(STATUS) & (pl.col("change") == CHANGED)
    return is_status & pl.col("table_name").is_in(names)


def count_differences(differences: pl.DataFrame) -> dict[str, dict[str, int]]:
    """Table → lines by change; and, where there are any, ``status`` → those about the status of rows."""
    counted: dict[str, dict[str, int]] = {}
    kind = pl.when(is_about_status()).then(pl.lit(OF_STATUS)).otherwise("change").alias("change")
    for table, change, count in differences.group_by("table_name", kind).len().sort(pl.all()).rows():
        counted.setdefault(table, {CHANGED: 0, ADDED: 0, REMOVED: 0})[change] = count
    return counted
