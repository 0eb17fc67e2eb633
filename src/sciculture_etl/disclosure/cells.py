"""The published rows of a family and the cells that they add up, as numbers, one system for what hangs together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from sciculture_etl.disclosure.history import row_key
from sciculture_etl.disclosure.sums import YEAR, LinkedSums, TableSum
from sciculture_etl.rules import given
from sciculture_etl.settings import sql_text

CELL = "disclosure_cell"
# By what a number of a table is known.
LINE = ("row_key", "measure")
Row = tuple[int, str]  # the number of a sum in its family, the key of a row of it
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass
class Node:
    """Published rows that are the sum of the same cells, and so give each other away; or a cell that no row shows.

    Attributes:
        cells: their numbers in the system.
        is_shown: whether one of the rows is of a year that is shown.
        judged: by measure, whether a row gives it.
        was_withheld: whether an earlier release withheld one of the rows.
        known: by measure, whether an earlier release showed the number as it is today.
        k: persons from 1 to k - 1 are never shown.
    """

    cells: Integers
    judged: Flags
    known: Flags
    is_shown: bool = False
    was_withheld: bool = False
    k: int = 1
    rows: list[Row] = field(default_factory=list)


@dataclass
class CellSystem:
    """Cells, by measure, and the nodes that add them up.

    Attributes:
        values: cells × measures.
        is_empty: cells × measures: nothing was reported, which a reader sees.
        pairs: the numbers of two measures of which the first never exceeds the second.
        least: by measure, what a cell holds at least, as everybody knows: 1 where each that is there counts somebody.
    """

    values: Integers
    is_empty: Flags
    nodes: list[Node]
    pairs: list[tuple[int, int]]
    least: list[int]


@dataclass
class Loaded:
    """What is known of the rows of a family.

    Attributes:
        systems: of those that hold few persons, or once did.
        alone: rows that are few persons and aren't the sum of the cells, as they should be.
    """

    systems: list[CellSystem]
    alone: list[Row]


@dataclass(frozen=True)
class Before:
    """What earlier releases say of the rows: ``KEY`` of what was withheld; ``KEY`` and ``exact`` of what was shown."""

    withheld: pl.DataFrame
    known: pl.DataFrame

    def of(self, *tables: str) -> Before:
        is_of = pl.col("table_name").is_in(tables)
        return Before(self.withheld.filter(is_of), self.known.filter(is_of))


def lines_of(one: TableSum) -> str:
    """A SELECT of the numbers that a sum withholds: key of the sum's row, ``row_key``, ``measure``."""
    listed = ", ".join(sql_text(name) for name in one.measures)
    measure, more = f"unnest([{listed}])", ""
    if one.contract.is_long:
        measure, more = "r.measure", f" AND r.measure IN ({listed})"
    keys = f"{one.key} AS key, {row_key(one.contract.grain, 'r')} AS row_key"
    return f'SELECT {keys}, {measure} AS measure FROM main."{one.table}" AS r WHERE {one.where}{more}'


def load_systems(
    connection: duckdb.DuckDBPyConnection, family: LinkedSums, before: Before, closed: frozenset[int] | None
) -> Loaded:
    """The systems of a family in which something has to be withheld.

    Args:
        closed: the years of it that are closed; None where that doesn't matter.
    """
    frames = [_rows(connection, family, one, before.of(one.table), closed) for one in family.sums]
    wanted = pl.concat([_few_cells(connection, family), *(frame.filter("wanted").select("scope") for frame in frames)])
    wanted = wanted.unique()
    if wanted.is_empty():
        return Loaded([], [])
    # Most scopes hold no few persons: of those that do, it is asked what is known.
    frames = [
        _with_known(connection, frame.join(wanted, on="scope", how="semi"), family, one, before.of(one.table))
        for one, frame in zip(family.sums, frames, strict=True)
    ]
    with given(connection, wanted=wanted):
        cells = _cells(connection, family)
        least = _least(connection, family)
        members = [_members(connection, family, one) for one in family.sums]
    exact = cells.select(family.measures).to_numpy().astype(np.float64)
    nodes: dict[bytes, Node] = {}
    alone: list[Row] = []
    for one, frame, of in zip(family.sums, frames, members, strict=True):
        for row in frame.join(of, on="key", how="left").sort("key").iter_rows(named=True):
            _add(nodes, alone, family, one, row, exact)
    return Loaded(list(_apart(cells, exact, list(nodes.values()), family, least)), alone)


def _few_cells(connection: duckdb.DuckDBPyConnection, family: LinkedSums) -> pl.DataFrame:
    """The scopes of cells that are few persons, be they published or not."""
    columns = ", ".join(f'r."{name}"' for name in family.columns)
    sums = [f'sum(r."{name}")' for name in family.measures]
    sums += [f'sum(r."{more}") - sum(r."{less}")' for less, more in family.pairs]
    few = " OR ".join(f"{total} BETWEEN 1 AND {family.k - 1}" for total in sums)
    scope = row_key(family.scope, "r")
    return (
        connection.execute(
            f'SELECT DISTINCT scope FROM (SELECT {scope} AS scope FROM main."{family.of}" AS r '
            f"GROUP BY {scope}, {columns} HAVING {few})"
        )
        .pl()
        .cast({"scope": pl.String})
    )


def _numbers(family: LinkedSums, one: TableSum) -> dict[str, str]:
    """Measure of the cells → the column of a row's frame that has its sum."""
    return {cell: f"n{family.measures.index(cell)}" for cell in one.sum.persons.values()}


def _rows(
    connection: duckdb.DuckDBPyConnection,
    family: LinkedSums,
    one: TableSum,
    before: Before,
    closed: frozenset[int] | None,
) -> pl.DataFrame:
    """The rows of a sum with their numbers, and whether their scope is ``wanted``: few persons stand in it, or did."""
    numbers = _numbers(family, one)
    of_scope = [name for column in family.scope for name, cell in one.sum.by.items() if cell == column][
        : len(family.scope)
    ]
    years = [name for name, cell in one.sum.by.items() if cell == YEAR]
    year = f'any_value(r."{years[0]}")' if years else "NULL"
    given_as = [f"{one.value(name)} AS {numbers[cell]}" for name, cell in one.sum.persons.items()]
    frame = connection.execute(
        f"SELECT {one.key} AS key, any_value({row_key(of_scope, 'r')}) AS scope, CAST({year} AS BIGINT) AS year, "
        f'{", ".join(given_as)} FROM main."{one.table}" AS r WHERE {one.where} GROUP BY ALL'
    ).pl()
    frame = frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in numbers.values()))
    is_shown = pl.lit(value=True)
    if one.sum.only_closed_years and closed is not None:
        is_shown = pl.col("year").is_in(list(closed))
    frame = frame.with_columns(shown=is_shown)
    pairs = [(numbers[u], numbers[i]) for u, i in family.at_most.items() if u in numbers and i in numbers]
    few = [pl.col(name) for name in numbers.values()] + [pl.col(i) - pl.col(u) for u, i in pairs]
    has_few = pl.any_horizontal(column.is_between(1, one.k - 1) for column in few).fill_null(value=False)
    frame = _with_withheld(connection, frame, one, before.withheld)
    return frame.with_columns(wanted=(has_few & pl.col("shown")) | pl.col("was"))


def _with_withheld(
    connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, one: TableSum, withheld: pl.DataFrame
) -> pl.DataFrame:
    """The same with ``was``: withheld earlier."""
    if frame.is_empty() or withheld.is_empty():
        return frame.with_columns(was=pl.lit(value=False))
    with given(connection, withheld=withheld.select(*LINE)):
        was = connection.execute(
            f"SELECT DISTINCT key, true AS was FROM ({lines_of(one)}) SEMI JOIN withheld USING (row_key, measure)"
        ).pl()
    return frame.join(was, on="key", how="left").with_columns(pl.col("was").fill_null(value=False))


def _with_known(
    connection: duckdb.DuckDBPyConnection, frame: pl.DataFrame, family: LinkedSums, one: TableSum, before: Before
) -> pl.DataFrame:
    """The same with ``known``: the numbers of the measures that are known."""
    nothing = pl.lit([], pl.List(pl.Int64))
    if frame.is_empty() or before.known.is_empty():
        return frame.with_columns(known=nothing)
    with given(connection, known=before.known.select(*LINE, "exact")):
        known = connection.execute(
            f"SELECT key, measure, exact FROM ({lines_of(one)}) JOIN known USING (row_key, measure)"
        ).pl()
    found = []
    for name, number in ((name, family.measures.index(cell)) for name, cell in one.sum.persons.items()):
        same = frame.join(known.filter(pl.col("measure") == name), on="key").filter(
            pl.col(f"n{number}") == pl.col("exact")
        )
        found.append(same.select("key", known=pl.lit(number, pl.Int64)))
    lists = pl.concat(found).group_by("key").agg("known")
    return frame.join(lists, on="key", how="left").with_columns(known=pl.coalesce("known", nothing))


def _cells(connection: duckdb.DuckDBPyConnection, family: LinkedSums) -> pl.DataFrame:
    """The cells of the scopes that are ``wanted``, numbered in an order that depends on what they are alone."""
    columns = ", ".join(f'r."{name}"' for name in family.columns)
    sums = ", ".join(f'CAST(sum(r."{name}") AS DOUBLE) AS "{name}"' for name in family.measures)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE {CELL} AS SELECT row_number() OVER (ORDER BY key) - 1 AS cell_no, * FROM ("
        f"SELECT {row_key(family.columns, 'r')} AS key, {row_key(family.scope, 'r')} AS scope, {columns}, {sums} "
        f'FROM main."{family.of}" AS r WHERE {row_key(family.scope, "r")} IN (SELECT scope FROM wanted) '
        "GROUP BY ALL)"
    )
    return connection.execute(f"FROM {CELL} ORDER BY cell_no").pl()


def _least(connection: duckdb.DuckDBPyConnection, family: LinkedSums) -> list[int]:
    """By measure: 1 where no cell counts nobody, so that one that is there counts somebody; else 0.

    What never exceeds another may be nothing where that is something, though no cell happens to be so.
    """
    by = ", ".join(f'"{column}"' for column in family.columns)
    sums = ", ".join(f'sum("{name}") AS "{name}"' for name in family.measures)
    lows = ", ".join(
        "false" if name in family.at_most else f'coalesce(min("{name}") >= 1, false)' for name in family.measures
    )
    found = connection.execute(f'SELECT {lows} FROM (SELECT {sums} FROM main."{family.of}" GROUP BY {by})').fetchone()
    return [int(is_there) for is_there in found or ()]


def _members(connection: duckdb.DuckDBPyConnection, family: LinkedSums, one: TableSum) -> pl.DataFrame:
    """Which cells each row of a sum adds up, of the scopes that are ``wanted``."""
    by = ", ".join(f'r."{name}"' for name in one.sum.by)
    same = " AND ".join(f'r."{name}" IS NOT DISTINCT FROM c."{cell}"' for name, cell in one.sum.by.items())
    return connection.execute(
        f"SELECT {one.key} AS key, list(c.cell_no ORDER BY c.cell_no) AS cells "
        f'FROM (SELECT DISTINCT {by} FROM main."{one.table}" AS r WHERE {one.where}) AS r '
        f"JOIN {CELL} AS c ON {same} WHERE {one.cells} GROUP BY ALL"
    ).pl()


def _add(
    nodes: dict[bytes, Node],
    alone: list[Row],
    family: LinkedSums,
    one: TableSum,
    row: dict[str, object],
    exact: NDArray[np.float64],
) -> None:
    """A row becomes part of the node of its cells."""
    cells = np.asarray(row["cells"] or [], dtype=np.int64)
    measures = len(family.measures)
    judged = np.zeros(measures, dtype=bool)
    sums = np.nansum(exact[cells], axis=0)
    for cell, name in _numbers(family, one).items():
        number = family.measures.index(cell)
        if row[name] is not None and row[name] != sums[number]:
            if row["shown"] and (row["was"] or 1 <= float(str(row[name])) < one.k):
                alone.append((one.number, str(row["key"])))
            return
        judged[number] = row[name] is not None
    if not len(cells):
        return
    node = nodes.setdefault(cells.tobytes(), Node(cells, np.zeros(measures, bool), np.zeros(measures, bool)))
    node.rows.append((one.number, str(row["key"])))
    node.judged |= judged
    node.known[np.asarray(row["known"], dtype=np.int64)] = True
    node.was_withheld |= bool(row["was"])
    if row["shown"]:
        node.is_shown = True
        node.k = max(node.k, one.k)


def _apart(
    cells: pl.DataFrame, exact: NDArray[np.float64], nodes: list[Node], family: LinkedSums, least: list[int]
) -> Iterator[CellSystem]:
    """One system for each scope."""
    scopes = cells["scope"].to_list()
    of_scope: defaultdict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        of_scope[scopes[int(node.cells[0])]].append(node)
    pairs = [(family.measures.index(less), family.measures.index(more)) for less, more in family.pairs]
    published = {int(node.cells[0]) for node in nodes if len(node.cells) == 1}
    every, none = np.ones(len(family.measures), bool), np.zeros(len(family.measures), bool)
    for cell, scope in enumerate(scopes):
        if cell not in published:
            of_scope[scope].append(Node(np.asarray([cell]), every.copy(), none.copy(), k=family.k))
    number = np.full(len(scopes), -1, dtype=np.int64)
    for scope in sorted(of_scope):
        own = np.flatnonzero(cells["scope"].to_numpy() == scope)
        number[own] = np.arange(len(own))
        for node in of_scope[scope]:
            node.cells = number[node.cells]
        numbers = exact[own]
        yield CellSystem(np.nan_to_num(numbers).astype(np.int64), np.isnan(numbers), of_scope[scope], pairs, least)
