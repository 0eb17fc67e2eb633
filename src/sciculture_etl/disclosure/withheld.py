"""What is withheld of the published tables, a line a number: ``published.withheld`` in the build database.

Work is skipped by fingerprint: where neither the tables of a family nor its closed years nor what was shown of it are
other than before, the lines stand; where a part of it is as it was, its pattern does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

import duckdb
import polars as pl

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.contracts.disclosure import NOT_ADDITIVE, VALUE
from sciculture_etl.disclosure.cells import Before, CellSystem, Loaded, lines_of, load_systems
from sciculture_etl.disclosure.contents import RowContents
from sciculture_etl.disclosure.history import KEY, NOT_YET, WITHHELD, History, row_key
from sciculture_etl.disclosure.sums import YEAR, LinkedSums, TableSum, linked_sums_of
from sciculture_etl.load import Warehouse
from sciculture_etl.model import Model, all_statements
from sciculture_etl.model.status import sources_of
from sciculture_etl.rules import given
from sciculture_etl.settings import fingerprint, sql_text

SCHEMA = "published"
LINES, PATTERNS = f"{SCHEMA}.withheld", f"{SCHEMA}.pattern"
# Raised where the search finds other patterns than before.
PATTERN_VERSION = 1
ALONE = ""


def find_withheld(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    model: Model,
    history: History,
) -> None:
    """Makes the lines: ``of``, ``table_name``, ``row_key``, ``measure`` and the symbol, ``mark``."""
    connection = warehouse.connection
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    keys = ", ".join(f"{name} VARCHAR" for name in KEY)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {LINES} (of VARCHAR, {keys}, mark VARCHAR)")
    connection.execute(
        f"CREATE TABLE IF NOT EXISTS {PATTERNS} (of VARCHAR, made_from VARCHAR, withheld INTEGER[], known VARCHAR)"
    )
    before = Before(history.withheld(), history.known())
    families = linked_sums_of(table_contracts)
    contents = RowContents(connection, model, families)
    for family in families:
        closed = None
        if family.has_closed_years:
            closed = _closed_years(warehouse, family, contracts, table_contracts)
        _find(warehouse, family, contents, before, closed)
    listed = ", ".join(sql_text(name) for name in [ALONE, *(family.of for family in families)])
    for table in (LINES, PATTERNS):
        connection.execute(f"DELETE FROM {table} WHERE of NOT IN ({listed})")
    _withhold_alone(connection, table_contracts, before)


def _closed_years(
    warehouse: Warehouse, family: LinkedSums, contracts: dict[str, Contract], table_contracts: dict[str, TableContract]
) -> frozenset[int]:
    """The years that are closed in every dataset that the cells come from."""
    statements = all_statements()
    sources = sources_of(statements[family.of], statements, contracts, table_contracts)
    listed = ", ".join(sql_text(name) for name in sorted({source.dataset for source in sources}))
    rows = warehouse.rows(
        f"SELECT {YEAR} FROM log.year_state WHERE dataset IN ({listed}) GROUP BY ALL HAVING bool_and(state = 'closed')"
    )
    return frozenset(row[YEAR] for row in rows)


def _find(
    warehouse: Warehouse, family: LinkedSums, contents: RowContents, before: Before, closed: frozenset[int] | None
) -> None:
    """The lines of a family, unless they stand."""
    years = sorted(closed) if closed is not None else []
    of_family = before.of(family.of, *family.tables)
    made_from = fingerprint(str(PATTERN_VERSION), family.stated, contents.of(family), *map(str, years))
    name, connection = f"withheld of {family.of}", warehouse.connection
    if warehouse.state(name) == f"{made_from} {_known_of(connection, family, of_family)}" and _is_complete(
        connection, family, of_family
    ):
        return
    loaded = load_systems(connection, family, of_family, closed)
    connection.execute(f"DELETE FROM {LINES} WHERE of = ?", [family.of])
    _add_lines(connection, family, _rows_withheld(connection, family, loaded), WITHHELD)
    if closed is not None:
        for one in family.sums:
            _add_not_yet(connection, family, one, closed)
    warehouse.set_state(name, f"{made_from} {_known_of(connection, family, of_family)}")


def _known_of(connection: duckdb.DuckDBPyConnection, family: LinkedSums, before: Before) -> str:
    """Fingerprint of what is known of the numbers that are withheld: they hide no others."""
    has_lines = connection.execute(f"SELECT 1 FROM {LINES} WHERE of = ? LIMIT 1", [family.of]).fetchone()
    if has_lines is None or before.known.is_empty():
        return fingerprint("[]")
    with given(connection, known=before.known):
        rows = connection.execute(
            f"SELECT table_name, row_key, measure, exact FROM known SEMI JOIN {LINES} AS w "
            f"ON w.of = ? AND {_same('known', 'w')} ORDER BY ALL",
            [family.of],
        ).fetchall()
    return fingerprint(str(rows))


def _is_complete(connection: duckdb.DuckDBPyConnection, family: LinkedSums, before: Before) -> bool:
    """Whether all that was withheld is."""
    if before.withheld.is_empty():
        return True
    measures = pl.DataFrame(
        [(one.table, name) for one in family.sums for name in one.measures],
        {"t": pl.String, "m": pl.String},
        orient="row",
    ).unique()
    with given(connection, withheld=before.withheld, measures=measures):
        found = connection.execute(
            "SELECT count(*) FROM withheld "
            "SEMI JOIN measures AS m ON m.t = withheld.table_name AND m.m = withheld.measure "
            f"ANTI JOIN {LINES} AS w ON {_same('withheld', 'w')}"
        ).fetchone()
    return found is None or found[0] == 0


def _same(one: str, other: str) -> str:
    return " AND ".join(f"{one}.{name} = {other}.{name}" for name in KEY)


def _rows_withheld(connection: duckdb.DuckDBPyConnection, family: LinkedSums, loaded: Loaded) -> list[tuple[int, str]]:
    """Sum and key of every row that is withheld; patterns that are as they were are taken as they stand."""
    standing = {
        made_from: (withheld, known)
        for made_from, withheld, known in connection.execute(
            f"SELECT made_from, withheld, known FROM {PATTERNS} WHERE of = ?", [family.of]
        ).fetchall()
    }
    rows, kept = list(loaded.alone), []
    for system in loaded.systems:
        made_from = _fingerprint(system)
        withheld, known = standing.get(made_from, ([], ""))
        was = {number for number, node in enumerate(system.nodes) if node.was_withheld}
        if not (was <= {*withheld} and known == _known_in(system, withheld)):
            withheld = _find_pattern(system)
            known = _known_in(system, withheld)
        kept.append((family.of, made_from, withheld, known))
        rows += [row for number in withheld for row in system.nodes[number].rows]
    connection.execute(f"DELETE FROM {PATTERNS} WHERE of = ?", [family.of])
    if kept:
        connection.executemany(f"INSERT INTO {PATTERNS} VALUES (?, ?, ?, ?)", kept)
    return rows


def _find_pattern(system: CellSystem) -> list[int]:
    from sciculture_etl.disclosure.pattern import find_pattern

    return sorted(find_pattern(system).withheld)


def _fingerprint(system: CellSystem) -> str:
    """Of a system, but for what earlier releases say of it."""
    found = hashlib.sha256(str(PATTERN_VERSION).encode())
    found.update(json.dumps([system.pairs, system.least, system.values.shape]).encode())
    found.update(system.values.tobytes() + system.is_empty.tobytes())
    for node in system.nodes:
        found.update(json.dumps([node.cells.tolist(), node.judged.tolist(), node.is_shown, node.k, node.rows]).encode())
    return found.hexdigest()


def _known_in(system: CellSystem, withheld: Iterable[int]) -> str:
    known = [[number, node.known.tolist()] for number in withheld if (node := system.nodes[number]).known.any()]
    return json.dumps(known)


def _add_lines(
    connection: duckdb.DuckDBPyConnection, family: LinkedSums, rows: list[tuple[int, str]], mark: str
) -> None:
    frame = pl.DataFrame(rows, {"number": pl.Int64, "key": pl.String}, orient="row").unique()
    for one in family.sums:
        chosen = frame.filter(pl.col("number") == one.number)
        if chosen.is_empty():
            continue
        with given(connection, chosen=chosen):
            connection.execute(
                f"INSERT INTO {LINES} SELECT ?, ?, row_key, measure, ? FROM ({lines_of(one)}) "
                "SEMI JOIN chosen USING (key)",
                [family.of, one.table, mark],
            )


def _add_not_yet(
    connection: duckdb.DuckDBPyConnection, family: LinkedSums, one: TableSum, closed: frozenset[int]
) -> None:
    """All rows of years that aren't closed, whatever else is said of them."""
    if not one.sum.only_closed_years:
        return
    year = next(name for name, cell in one.sum.by.items() if cell == YEAR)
    years = ", ".join(map(str, sorted(closed))) or "NULL"
    condition = f'coalesce(r."{year}" IN ({years}), false)'
    connection.execute(
        f"INSERT INTO {LINES} SELECT ?, ?, row_key, measure, ? FROM ({lines_of(one)} AND NOT {condition})",
        [family.of, one.table, NOT_YET],
    )


def _withhold_alone(
    connection: duckdb.DuckDBPyConnection, table_contracts: dict[str, TableContract], before: Before
) -> None:
    """Few persons that are no sum."""
    connection.execute(f"DELETE FROM {LINES} WHERE of = ?", [ALONE])
    for table, contract in sorted(table_contracts.items()):
        stated = contract.disclosure
        if stated is None or contract.audience != "public":
            continue
        for name in stated.alone:
            value, more = f'r."{name}"', ""
            if contract.is_long:
                value = f"r.{NOT_ADDITIVE if NOT_ADDITIVE in contract.columns else VALUE}"
                more = f"r.measure = {sql_text(name)} AND "
            with given(connection, withheld=before.of(table).withheld.filter(pl.col("measure") == name)):
                connection.execute(
                    f"INSERT INTO {LINES} SELECT ?, ?, row_key, ?, ? "
                    f"FROM (SELECT {row_key(contract.grain, 'r')} AS row_key, "
                    f'{value} AS number FROM main."{table}" AS r WHERE {more}{value} IS NOT NULL) '
                    "WHERE number BETWEEN 1 AND ? OR row_key IN (SELECT row_key FROM withheld)",
                    [ALONE, table, name, WITHHELD, stated.k - 1],
                )
