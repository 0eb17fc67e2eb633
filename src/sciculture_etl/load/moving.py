"""All tables of a build database in another one, and the proof that they are the same, row by row.

Both are attached to one connection, whether they lie in a file or in a lake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from sciculture_etl.settings import sql_text

# A build database says with this of its state that it is one. It is written last, so that a copy that was broken off
# counts as made by another version: nothing is taken from it.
SEAL = "layout"
STATE = ("log", "state")


@dataclass(frozen=True)
class Copied:
    """What a copy came to."""

    tables: int
    rows: int


def quoted(*names: str) -> str:
    """A name of the engine's, from its parts."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def tables_of(connection: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    """Schema and name of every table of an attached database."""
    return connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND NOT internal ORDER BY ALL",
        [database],
    ).fetchall()


def copy_tables(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, advance: Callable[[], None] = lambda: None
) -> Copied:
    """Makes an attached database equal to another one but for the seal; what it held before is gone.

    Args:
        advance: called after every table.
    """
    run = connection.execute
    run("SET preserve_insertion_order = true")
    run(f"USE {quoted(target)}")
    names, rows = tables_of(connection, source), 0
    run("BEGIN")
    try:
        clear(connection, target)
        for (schema,) in run(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal", [source]
        ).fetchall():
            run(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}")
        for schema, name in names:
            made = f"CREATE TABLE {quoted(schema, name)} AS FROM {quoted(source, schema, name)}"
            without_seal = f" WHERE key <> {sql_text(SEAL)}" if (schema, name) == STATE else ""
            rows += (run(made + without_seal).fetchone() or (0,))[0]
            advance()
        for statement in [*_comments(connection, source), *_macros(connection, source)]:
            run(statement)
        _make_views(connection, _views(connection, source))
    except BaseException:
        run("ROLLBACK")
        raise
    run("COMMIT")
    return Copied(len(names), rows)


def clear(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Drops all views, macros and tables of an attached database, which is the one in use."""
    for schema, name in _views(connection, database):
        connection.execute(f"DROP VIEW {quoted(schema, name)}")
    for (name,) in connection.execute(
        "SELECT function_name FROM duckdb_functions() WHERE database_name = ? AND NOT internal", [database]
    ).fetchall():
        connection.execute(f"DROP MACRO {quoted(name)}")
    for schema, name in tables_of(connection, database):
        connection.execute(f"DROP TABLE {quoted(schema, name)}")


def sealed_layout(connection: duckdb.DuckDBPyConnection, database: str) -> str | None:
    """What a build database says of its layout; None where there is none, or one that was broken off."""
    if STATE not in tables_of(connection, database):
        return None
    found = connection.execute(f"SELECT value FROM {quoted(database, *STATE)} WHERE key = {sql_text(SEAL)}").fetchone()
    return str(found[0]) if found else None


def seal(connection: duckdb.DuckDBPyConnection, source: str, target: str) -> None:
    """Makes a copy that was proved a build database."""
    state = quoted(target, *STATE)
    connection.execute(
        f"INSERT INTO {state} SELECT key, value FROM {quoted(source, *STATE)} "
        f"WHERE key = {sql_text(SEAL)} AND NOT EXISTS (SELECT key FROM {state} WHERE key = {sql_text(SEAL)})"
    )


def differences(
    connection: duckdb.DuckDBPyConnection, source: str, target: str, advance: Callable[[], None] = lambda: None
) -> list[str]:
    """Tables, views and macros that are in one of two databases alone, or hold other columns or rows; none: equal.

    Rows are compared by their number and the sum of their hashes; the seal is left aside.

    Args:
        advance: called after every table.
    """
    connection.execute("BEGIN")  # of a lake, its catalogue is then asked once
    mine, other = _shapes(connection, source), _shapes(connection, target)
    wrong = sorted(name for name in mine.keys() | other.keys() if mine.get(name) != other.get(name))
    for schema, name in tables_of(connection, source):
        plain = f"{schema}.{name}"
        if plain not in wrong and _rows(connection, source, schema, name) != _rows(connection, target, schema, name):
            wrong.append(plain)
        advance()
    connection.execute("COMMIT")
    return wrong


def _rows(connection: duckdb.DuckDBPyConnection, database: str, schema: str, name: str) -> tuple[int, int | None]:
    without_seal = f" WHERE key <> {sql_text(SEAL)}" if (schema, name) == STATE else ""
    found = connection.execute(
        f"SELECT count(*), sum(hash(one)) FROM {quoted(database, schema, name)} AS one{without_seal}"
    ).fetchone()
    assert found
    return found[0], found[1]


def _shapes(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, object]:
    """Name → what it is, of every table (its columns), view and macro."""
    found: dict[str, object] = {}
    for schema, table, column, dtype, comment in connection.execute(
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = ? AND NOT internal ORDER BY schema_name, table_name, column_index",
        [database],
    ).fetchall():
        columns = found.setdefault(f"{schema}.{table}", [])
        assert isinstance(columns, list)
        columns.append((column, dtype, comment))
    macros = connection.execute(
        "SELECT function_name, parameters, macro_definition FROM duckdb_functions() "
        "WHERE database_name = ? AND NOT internal",
        [database],
    ).fetchall()
    found |= {f"{schema}.{name}": query for (schema, name), query in _views(connection, database).items()}
    return found | {f"{name}()": what for name, *what in macros}


def _views(connection: duckdb.DuckDBPyConnection, database: str) -> dict[tuple[str, str], str]:
    """Schema and name → query. A lake names no schema in the statement."""
    return {
        (schema, name): sql.partition(" AS ")[2].rstrip().removesuffix(";")
        for schema, name, sql in connection.execute(
            "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE database_name = ? AND NOT internal",
            [database],
        ).fetchall()
    }


def _make_views(connection: duckdb.DuckDBPyConnection, views: dict[tuple[str, str], str]) -> None:
    """One that reads another waits for it."""
    while views:
        waiting: dict[tuple[str, str], str] = {}
        for name, query in views.items():
            try:
                connection.execute(f"CREATE VIEW {quoted(*name)} AS {query}")
            except duckdb.CatalogException:
                if len(waiting) + 1 == len(views):
                    raise
                waiting[name] = query
        views = waiting


def _macros(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    found = connection.execute(
        "SELECT function_name, parameters, macro_definition FROM duckdb_functions() "
        "WHERE database_name = ? AND NOT internal ORDER BY function_oid",
        [source],
    ).fetchall()
    return [f"CREATE MACRO {quoted(name)}({', '.join(map(quoted, given))}) AS {what}" for name, given, what in found]


def _comments(connection: duckdb.DuckDBPyConnection, source: str) -> list[str]:
    tables = connection.execute(
        "SELECT schema_name, table_name, comment FROM duckdb_tables() "
        "WHERE database_name = ? AND NOT internal AND comment IS NOT NULL",
        [source],
    ).fetchall()
    columns = connection.execute(
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
        "WHERE database_name = ? AND NOT internal AND comment IS NOT NULL",
        [source],
    ).fetchall()
    return [
        *(f"COMMENT ON TABLE {quoted(schema, name)} IS {sql_text(text)}" for schema, name, text in tables),
        *(
            f"COMMENT ON COLUMN {quoted(schema, name, column)} IS {sql_text(text)}"
            for schema, name, column, text in columns
        ),
    ]
