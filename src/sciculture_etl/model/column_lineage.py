"""How the columns of all tables hang together, down to the fields of the forms that institutions fill in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import duckdb

from sciculture_etl.contracts import Contract
from sciculture_etl.load.layout import views_over_all
from sciculture_etl.model.build import all_statements
from sciculture_etl.model.origins import Columns, OriginReader
from sciculture_etl.model.sql_tree import Functions
from sciculture_etl.model.statements import Statement, parse_select, tables_read
from sciculture_etl.settings import fingerprint

_READ: dict[str, Columns] = {}  # by all that they follow from
Cell = tuple[str, str]  # a table and a column of it


@dataclass
class ColumnLineage:
    """The origins of every column of every table that a SELECT makes.

    Attributes:
        connection: to a database that holds what the SELECTs read: lists, submissions, accepted rows.
        statements: every SELECT by its table, those of views over accepted rows as ``accepted.<view>``.
    """

    connection: duckdb.DuckDBPyConnection
    statements: dict[str, Statement]
    _functions: Functions | None = None
    _names: dict[str, list[str]] = field(default_factory=dict)
    _found: dict[str, Columns] = field(default_factory=dict)

    def of(self, table: str) -> Columns:
        """Column → its origins; nothing where no SELECT makes the table."""
        if table not in self.statements:
            return {}
        if table not in self._found:
            statement = self.statements[table]
            self._functions = self._functions or Functions.of(self.connection)
            inputs = [f"{name} {self.columns_of(name)}" for name in sorted(statement.inputs)]
            # One process publishes again and again, mostly from the same SELECTs.
            known = fingerprint(statement.text, repr(self._functions.macros), *inputs)
            if known not in _READ:
                reader = OriginReader(self._functions, self.columns_of)
                _READ[known] = reader.read(parse_select(statement.text, table))
            self._found[table] = _READ[known]
        return self._found[table]

    def columns_of(self, table: str) -> list[str]:
        """The columns of a table that is read."""
        if table in self.statements:
            return list(self.of(table))
        if not self._names:
            for schema, name, column in self.connection.execute(
                "SELECT schema_name, table_name, column_name FROM duckdb_columns() "
                "WHERE schema_name IN ('accepted', 'log', 'reference') "
                "ORDER BY schema_name, table_name, column_index"
            ).fetchall():
                self._names.setdefault(f"{schema}.{name}", []).append(column)
        return self._names.get(table, [])

    def tables_before(self, table: str) -> set[str]:
        """All tables that are read on the way to a table, itself left out."""
        found: set[str] = set()
        waiting = [table]
        while waiting:
            name = waiting.pop()
            more = self.statements[name].inputs - found if name in self.statements else frozenset()
            found |= more
            waiting += more
        return found

    def before(self, cell: Cell) -> Iterator[Cell]:
        """The columns that one is made of."""
        table, column = cell
        return iter(dict.fromkeys((o.table, o.column) for o in self.of(table).get(column, ())))


def lineage_of(connection: duckdb.DuckDBPyConnection, contracts: dict[str, Contract]) -> ColumnLineage:
    """That of all tables of the project.

    Args:
        connection: to the build database.
    """
    views = {f"accepted.{name}": query for name, query in views_over_all(contracts).items()}
    statements = {name: Statement(name, "accepted", query, tables_read(query)) for name, query in views.items()}
    return ColumnLineage(connection, all_statements() | statements)
