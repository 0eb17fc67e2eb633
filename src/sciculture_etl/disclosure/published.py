"""The schema ``published`` of the build database: every public table as a release shows it.

The model's own tables stay exact. Whatever writes or compares what readers get reads it from here, by
``published_relation``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from sciculture_etl.contracts import Contract, TableContract
from sciculture_etl.contracts.disclosure import NOT_ADDITIVE, SUPPRESSED, VALUE, symbol_column
from sciculture_etl.disclosure.history import WITHHELD, History, row_key
from sciculture_etl.disclosure.withheld import LINES, SCHEMA, find_withheld
from sciculture_etl.load import Warehouse
from sciculture_etl.model import Model, all_statements
from sciculture_etl.model.statements import FIGURES
from sciculture_etl.settings import fingerprint, sql_text

# Raised where tables are shown otherwise of the same numbers.
SHOWING_VERSION = "1"
COMPUTED = "figure_as_shown"
NO_LINES = str((0, None, None))


@dataclass(frozen=True)
class Published:
    """What was made of the model for readers.

    Attributes:
        fingerprints: of the content of every table as it is shown, by name.
    """

    fingerprints: dict[str, str] = field(default_factory=dict)


def published_relation(table_contract: TableContract) -> str:
    """What a release's files of a table are written from, as SQL names it."""
    if table_contract.audience == "public" and table_contract.made_by == "sql":
        return f'{SCHEMA}."{table_contract.table}"'
    return f'"{table_contract.table}"'


def protect_tables(
    warehouse: Warehouse,
    contracts: dict[str, Contract],
    table_contracts: dict[str, TableContract],
    model: Model,
    history: History,
) -> Published:
    """Makes the tables that are shown from those of the model.

    Args:
        history: what earlier releases have shown and withheld.
    """
    fingerprints = dict(model.fingerprints)
    with warehouse.transaction() as connection:
        find_withheld(warehouse, contracts, table_contracts, model, history)
        kinds, lines = _kinds(connection), _lines_fingerprints(connection)
        for name, table_contract in table_contracts.items():
            if table_contract.audience != "public" or table_contract.made_by != "sql" or name == FIGURES:
                continue
            if table_contract.symbol_columns:
                fingerprints[name] = fingerprint(model.fingerprints[name], lines.get(name, NO_LINES))
            made_from = fingerprint(SHOWING_VERSION, fingerprints[name])
            if name in kinds and warehouse.state(f"shown {name}") == made_from:
                continue
            relation = published_relation(table_contract)
            _drop(connection, name, kinds)
            if table_contract.symbol_columns:
                connection.execute(f"CREATE TABLE {relation} AS {_as_shown(table_contract)}")
            else:
                _show_as_is(connection, name)
            warehouse.set_state(f"shown {name}", made_from)
        if FIGURES in table_contracts:
            _drop(connection, FIGURES, kinds)
            differing = _check_figures(connection) if lines else _show_as_is(connection, FIGURES)
            fingerprints[FIGURES] = fingerprint(model.fingerprints[FIGURES], *differing)
    return Published(fingerprints)


def _kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What stands in the schema: name → ``TABLE`` or ``VIEW``."""
    rows = connection.execute(
        "SELECT table_name, CASE table_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END FROM information_schema.tables "
        "WHERE table_catalog = current_database() AND table_schema = ?",
        [SCHEMA],
    ).fetchall()
    return dict(rows)


def _drop(connection: duckdb.DuckDBPyConnection, name: str, kinds: dict[str, str]) -> None:
    if name in kinds:
        connection.execute(f'DROP {kinds[name]} {SCHEMA}."{name}"')


def _show_as_is(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    """A table of which nothing is withheld. Returns what of it is: nothing."""
    connection.execute(f'CREATE VIEW {SCHEMA}."{name}" AS SELECT * FROM main."{name}"')
    return []


def _check_figures(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Published figures beside what readers can compute; one that takes a withheld number says that it has no data.

    Returns:
        Which ones do.
    """
    relation = f'{SCHEMA}."{FIGURES}"'
    select = all_statements()[FIGURES].text.rstrip().rstrip(";")
    own = connection.execute("SELECT current_database()").fetchall()[0][0]
    connection.execute(f"SET search_path = '{SCHEMA},main'")
    try:
        connection.execute(f"CREATE TEMP TABLE {COMPUTED} AS SELECT figure_id, actual FROM ({select})")
    finally:
        connection.execute(f'USE "{own}"')
    same = "c.actual IS NOT DISTINCT FROM e.actual"
    connection.execute(
        f"CREATE TABLE {relation} AS SELECT e.* REPLACE (CASE WHEN {same} THEN e.actual END AS actual, "
        f"CASE WHEN {same} THEN e.diff END AS diff, CASE WHEN {same} THEN e.status ELSE 'no_data' END AS status, "
        f'CASE WHEN {same} THEN e.passed ELSE false END AS passed) FROM main."{FIGURES}" AS e '
        f"JOIN {COMPUTED} AS c USING (figure_id)"
    )
    both = f'{COMPUTED} AS c JOIN main."{FIGURES}" AS e USING (figure_id)'
    found = connection.execute(f"SELECT figure_id FROM {both} WHERE NOT ({same}) ORDER BY ALL").fetchall()
    connection.execute(f"DROP TABLE {COMPUTED}")
    return [figure_id for (figure_id,) in found]


def _lines_fingerprints(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Of what is withheld of each table of which something is."""
    rows = connection.execute(
        "SELECT table_name, count(*), bit_xor(hash(row_key, measure, mark)), "
        f"sum(CAST(hash(row_key, measure, mark) AS HUGEINT)) FROM {LINES} GROUP BY table_name"
    ).fetchall()
    return {table: str(tuple(line)) for table, *line in rows}


def _as_shown(table_contract: TableContract) -> str:
    """The SELECT of a table without what is withheld of it, with the symbols beside."""
    select = _long(table_contract) if table_contract.is_long else _wide(table_contract)
    columns = ", ".join(f'{select.get(name, f"""r."{name}" """)} AS "{name}"' for name in table_contract.columns)
    return (
        f'SELECT {columns} FROM main."{table_contract.table}" AS r '
        f"LEFT JOIN ({_symbols(table_contract)}) AS w ON w.row_key = {row_key(table_contract.grain, 'r')}"
    )


def _symbols(table_contract: TableContract) -> str:
    """A SELECT of the symbols of each row, a column each; of a long table, of its one number."""
    names = ["mark"] if table_contract.is_long else _withheld_columns(table_contract)
    condition = "" if table_contract.is_long else " FILTER (measure = {})"
    found = ", ".join(f'max(mark){condition.format(sql_text(name))} AS "{name}"' for name in names)
    return f"SELECT row_key, {found} FROM {LINES} WHERE table_name = {sql_text(table_contract.table)} GROUP BY row_key"


def _withheld_columns(table_contract: TableContract) -> list[str]:
    stated = table_contract.disclosure
    return stated.withheld_columns(table_contract.is_long, table_contract.columns) if stated else []


def _wide(table_contract: TableContract) -> dict[str, str]:
    names = _withheld_columns(table_contract)
    select = {name: f'CASE WHEN w."{name}" IS NULL THEN r."{name}" END' for name in names}
    select |= {symbol_column(name): f'w."{name}"' for name in names}
    symbols = [f'w."{name}"' for name in names]
    return select | {SUPPRESSED: _is_withheld(symbols)}


def _long(table_contract: TableContract) -> dict[str, str]:
    values = [name for name in (VALUE, NOT_ADDITIVE) if name in table_contract.columns]
    select = {name: f'CASE WHEN w.mark IS NULL THEN r."{name}" END' for name in values}
    select |= {symbol_column(name): f'CASE WHEN r."{name}" IS NOT NULL THEN w.mark END' for name in values}
    return select | {SUPPRESSED: _is_withheld(["w.mark"])}


def _is_withheld(symbols: list[str]) -> str:
    return " OR ".join(f"coalesce({mark} = '{WITHHELD}', false)" for mark in symbols)
