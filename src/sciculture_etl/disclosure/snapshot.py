"""The numbers of persons as a release has them: what is shown of each, and what it is exactly."""

from __future__ import annotations

from collections.abc import Callable

import duckdb
import polars as pl

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.disclosure import NOT_ADDITIVE, VALUE, Sum, symbol_column
from sciculture_etl.contracts.table_contract import STATUS
from sciculture_etl.disclosure.history import KEY, NOT_YET, STATE, WITHHELD, row_key
from sciculture_etl.disclosure.links import Family, conditions, find_families, group_columns
from sciculture_etl.rules import given
from sciculture_etl.settings import sql_text

OPEN = "p"
GROUP = "json_extract_string({alias}.groups, '$.{column}')"


def take_snapshot(
    connection: duckdb.DuckDBPyConnection,
    table_contracts: dict[str, TableContract],
    shown: Callable[[TableContract], str],
) -> pl.DataFrame:
    """All numbers of persons that are published or added up to such, as ``STATE`` says.

    Args:
        connection: to the build database, whose tables are exact.
        shown: what a published table is read from as it is shown, as SQL names it.
    """
    judged = {
        name: table_contract
        for name, table_contract in sorted(table_contracts.items())
        if table_contract.disclosure and table_contract.audience == "public" and table_contract.made_by == "sql"
    }
    rows = [pl.DataFrame(schema=STATE)]
    for table_contract in judged.values():
        rows += _rows(connection, table_contract, shown(table_contract))
    published = pl.concat(rows).unique(KEY, keep="first", maintain_order=True)
    cells = [
        _cells(connection, family, published) for family in find_families(judged | _added_up(table_contracts)).values()
    ]
    return pl.concat([published, *cells]).sort(KEY)


def _added_up(table_contracts: dict[str, TableContract]) -> dict[str, TableContract]:
    return {name: one for name, one in table_contracts.items() if one.audience != "public"}


def _object(columns: list[str], alias: str) -> str:
    pairs = ", ".join(f'{sql_text(name)}, CAST({alias}."{name}" AS VARCHAR)' for name in columns)
    return f"CAST(json_object({pairs}) AS VARCHAR)"


def _rows(connection: duckdb.DuckDBPyConnection, table_contract: TableContract, shown: str) -> list[pl.DataFrame]:
    """A published table's rows: of a wide one a frame for each column, of a long one a frame for each kind of value."""
    stated = table_contract.disclosure
    assert stated is not None
    persons = list(dict.fromkeys([*(name for one in stated.sums for name in one.persons), *stated.alone]))
    if table_contract.is_long:
        listed = ", ".join(sql_text(name) for name in persons)
        columns = [name for name in (VALUE, NOT_ADDITIVE) if name in table_contract.columns]
        numbers = [(name, "e.measure", f"e.measure IN ({listed})") for name in columns]
    else:
        numbers = [(name, sql_text(name), "true") for name in persons]
    if not persons or _has_no_rows(connection, table_contract.table):
        return []
    marked = {row[0] for row in connection.execute(f"DESCRIBE FROM {shown}").fetchall()}
    joined = " AND ".join(f's."{name}" IS NOT DISTINCT FROM e."{name}"' for name in table_contract.grain)
    frames = []
    for column, measure, condition in numbers:
        mark = f's."{symbol_column(column)}"' if symbol_column(column) in marked else "CAST(NULL AS VARCHAR)"
        status = f"s.{STATUS} = '{OPEN}'" if STATUS in marked else "false"
        frames.append(
            connection.execute(
                f"SELECT {sql_text(table_contract.table)} AS table_name, "
                f"{row_key(table_contract.grain, 'e')} AS row_key, {measure} AS measure, "
                f"CASE WHEN NOT coalesce(s.is_there, false) THEN '{NOT_YET}' WHEN {mark} IS NOT NULL THEN {mark} "
                f"WHEN s.\"{column}\" IS NULL THEN '{WITHHELD}' END AS mark, "
                f'CAST(s."{column}" AS DOUBLE) AS value, CAST(e."{column}" AS DOUBLE) AS exact, '
                f"{_object(group_columns(table_contract), 'e')} AS groups, coalesce({status}, false) AS is_open "
                f'FROM main."{table_contract.table}" AS e LEFT JOIN (SELECT *, true AS is_there FROM {shown}) AS s '
                f'ON {joined} WHERE e."{column}" IS NOT NULL AND {condition}'
            ).pl()
        )
    return [frame.cast(STATE) for frame in frames]


def _has_no_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return connection.execute(f'SELECT 1 FROM main."{table}" LIMIT 1').fetchone() is None


def _cells(connection: duckdb.DuckDBPyConnection, family: Family, published: pl.DataFrame) -> pl.DataFrame:
    if _has_no_rows(connection, family.of):
        return pl.DataFrame(schema=STATE)
    key, groups = row_key(family.columns, "c"), _object(family.columns, "c")
    names = ", ".join(f'"{name}"' for name in family.columns)
    sums = ", ".join(f'CAST(sum("{name}") AS DOUBLE) AS "{name}"' for name in family.measures)
    values = ", ".join(f'"{name}"' for name in family.measures)
    cells = connection.execute(
        f"WITH cells AS (SELECT {names}, {sums} FROM main.\"{family.of}\" GROUP BY {names}), "
        f"keyed AS (SELECT {key} AS row_key, {groups} AS groups, {values} FROM cells AS c) "
        f"SELECT {sql_text(family.cells)} AS table_name, row_key, measure, '{WITHHELD}' AS mark, "
        "CAST(NULL AS DOUBLE) AS value, exact, groups, CAST(NULL AS BOOLEAN) AS is_open "
        f"FROM (UNPIVOT keyed ON {values} INTO NAME measure VALUE exact)"
    ).pl()  # fmt: skip
    if cells.is_empty():
        return pl.DataFrame(schema=STATE)
    tables = [table for table, _ in family.sums]
    unsettled = (pl.col("mark") == NOT_YET) | pl.col("is_open")
    if published.filter(pl.col("table_name").is_in(tables) & unsettled).is_empty():
        return cells.with_columns(is_open=pl.lit(value=False)).select(STATE.names()).cast(STATE)
    pairs = members(connection, family, published, cells.cast(STATE))
    rows = published.select("table_name", "row_key", of="measure", row_mark="mark", row_open="is_open")
    states = pairs.join(
        rows, left_on=["table_name", "row_key", "row_measure"], right_on=["table_name", "row_key", "of"]
    )
    states = states.group_by("cell_key", "measure").agg(
        not_yet=(pl.col("row_mark") == NOT_YET).any(), row_open=pl.col("row_open").all()
    )
    joined = cells.join(states, left_on=["row_key", "measure"], right_on=["cell_key", "measure"], how="left")
    return (
        joined.with_columns(
            mark=pl.when(pl.col("not_yet")).then(pl.lit(NOT_YET)).otherwise("mark"),
            is_open=pl.col("row_open").fill_null(value=False),
        )
        .select(STATE.names())
        .cast(STATE)
    )


def members(
    connection: duckdb.DuckDBPyConnection, family: Family, published: pl.DataFrame, cells: pl.DataFrame
) -> pl.DataFrame:
    """Which cells a published row adds up: table_name, row_key, row_measure, cell_key, measure.

    Args:
        published, cells: with ``KEY`` and ``groups``.
    """
    keyed = published.select(*KEY, "groups").unique(KEY)
    added = cells.select("row_key", "groups").unique("row_key")
    found = [
        pl.DataFrame(
            schema={
                "table_name": pl.String,
                "row_key": pl.String,
                "row_measure": pl.String,
                "cell_key": pl.String,
                "measure": pl.String,
            }
        )
    ]
    with given(connection, keyed=keyed, added=added):
        for table, one in family.sums:
            found.append(connection.execute(_member_query(table, one)).pl())
    return pl.concat(found).unique(maintain_order=True)


def _member_query(table: str, one: Sum) -> str:
    row, cell = GROUP.replace("{alias}", "r"), GROUP.replace("{alias}", "c")
    joined = " AND ".join(
        f"{row.format(column=mine)} IS NOT DISTINCT FROM {cell.format(column=theirs)}"
        for mine, theirs in one.by.items()
    )
    measures = ", ".join(f"({sql_text(mine)}, {sql_text(theirs)})" for mine, theirs in one.persons.items())
    return (
        "SELECT r.table_name, r.row_key, r.measure AS row_measure, c.row_key AS cell_key, m.theirs AS measure "
        f"FROM keyed AS r JOIN (VALUES {measures}) AS m(mine, theirs) ON m.mine = r.measure "
        f"JOIN added AS c ON {joined or 'true'} "
        f"WHERE r.table_name = {sql_text(table)} AND {conditions(dict(one.where), row)} "
        f"AND {conditions(one.cells, cell)}"
    )
