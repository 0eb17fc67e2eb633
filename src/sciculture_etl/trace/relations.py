"""What a SELECT reads, each able to say of every row where a column's value comes from.

Provenance is a column of JSON beside the others: a text ``table|submission_id|part|source_row|rowid`` for a row of a
submission, ``reference.table|line`` for one of a reference list, or what ``queries`` makes of those.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import duckdb

from sciculture_etl.model.sql_tree import Functions, Tree, column, expression, quoted, select, text_constant
from sciculture_etl.model.statements import Statement, select_text

ROW = ""  # asked for like a column: where the row itself comes from
SOURCE_COLUMNS = ("submission_id", "part", "source_row")
Scope = dict[str, Tree]


@dataclass
class Explained:
    """What all parts of one rewriting share.

    Attributes:
        statements: those of the model, by table.
        asked: the table that is asked after.
        expressions: what was rewritten, by the number that its provenance bears.
        wanted: texts that occur in the rows asked for; a column turned into rows is followed where its name is one.
    """

    connection: duckdb.DuckDBPyConnection
    functions: Functions
    statements: dict[str, Statement]
    asked: str = ""
    wanted: frozenset[str] = frozenset()
    expressions: list[tuple[Tree, list[Tree]]] = field(default_factory=list)
    _numbers: Any = field(default_factory=count)
    _columns: dict[str, list[str]] = field(default_factory=dict)

    def fresh_name(self) -> str:
        return f"why {next(self._numbers)}"

    def keep(self, tree: Tree, parts: list[Tree]) -> int:
        self.expressions.append((tree, parts))
        return len(self.expressions) - 1

    def columns(self, tree: Tree, scope: Scope) -> list[str]:
        """Names of what a query gives."""
        query = select("SELECT * FROM (SELECT 1) AS q")
        query["from_table"]["subquery"]["node"] = tree
        query["cte_map"] = {"map": [_common(name, body) for name, body in scope.items()]}
        text = select_text(query)
        if text not in self._columns:
            self._columns[text] = [row[0] for row in self.connection.execute(f"DESCRIBE {text}").fetchall()]
        return self._columns[text]

    def table_columns(self, schema: str, table: str) -> list[str]:
        name = f"{quoted(schema)}.{quoted(table)}"
        if name not in self._columns:
            self._columns[name] = [row[0] for row in self.connection.execute(f"DESCRIBE {name}").fetchall()]
        return self._columns[name]


def _common(name: str, body: Tree) -> Tree:
    entry: Tree = select("WITH a AS (SELECT 1) SELECT 1")["cte_map"]["map"][0]
    entry["key"] = name
    entry["value"]["query"]["node"] = body
    return entry


class Query(ABC):
    """A SELECT, or several put together, that gets a column of provenance for each one asked for."""

    tree: Tree
    names: list[str]

    @abstractmethod
    def add(self, wanted: str, name: str) -> str | None:
        """Adds the provenance of a column under a name, and returns the name; None where there is none to add."""

    @abstractmethod
    def add_nothing(self, name: str) -> None: ...

    @property
    @abstractmethod
    def has_submissions(self) -> bool: ...


class Relation:
    """A table, a subquery or a common table in FROM.

    Attributes:
        place: its node in FROM.
        is_optional_side: of a FULL JOIN, so that a row may come from another alone.
    """

    def __init__(self, alias: str, columns: list[str], place: Tree, is_optional_side: bool) -> None:
        self.alias = alias
        self.columns = columns
        self.place = place
        self.is_optional_side = is_optional_side
        self.hidden: list[str] = []  # columns of provenance, which no star takes along
        self._found: dict[str, Tree | None] = {}

    def why(self, wanted: str) -> Tree | None:
        """The provenance of a column, or of the row: an expression of whoever reads this relation."""
        if wanted not in self._found:
            self._found[wanted] = self._why(wanted)
        return self._found[wanted]

    def _why(self, wanted: str) -> Tree | None:
        return None

    @property
    def has_submissions(self) -> bool:
        return False

    def _put(self, tree: Tree) -> None:
        subquery = select("SELECT * FROM (SELECT 1) AS q")["from_table"]
        subquery["subquery"]["node"] = tree
        subquery["alias"] = self.alias
        column_aliases = self.place.get("column_name_alias", [])
        self.place.clear()
        self.place.update(subquery | {"column_name_alias": column_aliases})


class Opaque(Relation):
    """What has no row in a submission: nothing is known of where it comes from."""


class Source(Relation):
    """A table each of whose rows is about one submission, or stands in a reference list."""

    def __init__(
        self, explained: Explained, schema: str, table: str, alias: str, place: Tree, is_optional_side: bool
    ) -> None:
        super().__init__(alias, explained.table_columns(schema, table), place, is_optional_side)
        self._explained = explained
        self._schema, self._table = schema, table

    @property
    def has_submissions(self) -> bool:
        return self._schema != "reference"

    def _why(self, wanted: str) -> Tree | None:
        if not self.hidden:
            self.hidden.append(self._explained.fresh_name())
            name = self._table if self._schema == "main" else f"{self._schema}.{self._table}"
            tree = select(
                f"SELECT *, _why AS why FROM {quoted(self._schema)}.{quoted(self._table)}", why=self._key(name)
            )
            tree["select_list"][1]["alias"] = self.hidden[0]
            self._put(tree)
        return column(self.alias, self.hidden[0])

    def _key(self, name: str) -> Tree:
        if self._schema == "reference":
            return expression("to_json(_name || '|' || (rowid + 2))", name=text_constant(name))
        known = ["row" if c == "source_row" and "row" in self.columns else c for c in SOURCE_COLUMNS]
        parts = [f"coalesce(CAST({quoted(c)} AS VARCHAR), '')" if c in self.columns else "''" for c in known]
        parts.append("CAST(rowid AS VARCHAR)" if self._schema == "main" else "''")
        return expression(f"to_json(concat_ws('|', _name, {', '.join(parts)}))", name=text_constant(name))


class Derived(Relation):
    """What a query gives; it is made when it is first asked."""

    def __init__(
        self,
        explained: Explained,
        make: Callable[[], Query | None],
        alias: str,
        columns: list[str],
        place: Tree,
        is_optional_side: bool,
    ) -> None:
        super().__init__(alias, columns, place, is_optional_side)
        self._explained = explained
        self._make: Callable[[], Query | None] = make
        self._made: Query | None = None
        self._was_made = False

    @property
    def query(self) -> Query | None:
        if not self._was_made:
            self._made, self._was_made = self._make(), True
        return self._made

    @property
    def has_submissions(self) -> bool:
        return self.query is not None and self.query.has_submissions

    def _why(self, wanted: str) -> Tree | None:
        name = self._explained.fresh_name()
        if self.query is None or self.query.add(wanted, name) is None:
            return None
        if not self.hidden:
            self._put(self.query.tree)
        self.hidden.append(name)
        return column(self.alias, name)


class Unpivoted(Relation):
    """Columns turned into rows (UNPIVOT): the value comes from the column whose name stands beside it."""

    def __init__(
        self, explained: Explained, source: Relation, columns: list[str], place: Tree, is_optional_side: bool
    ) -> None:
        super().__init__("", columns, place, is_optional_side)
        self._explained = explained
        self._source = source
        pivot = place["pivots"][0]
        self._name, self._value = pivot["unpivot_names"][0], place["unpivot_names"][0]
        self._star = pivot["entries"][0]["star_expr"]
        self._turned = [name for name in source.columns if name not in columns]

    @property
    def has_submissions(self) -> bool:
        return self._source.has_submissions

    def _carried(self, wanted: str) -> Tree | None:
        """Provenance passes as a column that is not turned."""
        if (found := self._source.why(wanted)) is None:
            return None
        for name in set(self._source.hidden) - set(self.hidden):
            self.hidden.append(name)
            self._star["exclude_list"].append(name)
        return column(found["column_names"][-1])

    def _why(self, wanted: str) -> Tree | None:
        if wanted == self._name:
            return None
        if wanted != self._value:
            return self._carried(wanted)
        named = [name for name in self._turned if name in self._explained.wanted] or self._turned
        found = [(name, why) for name in named if (why := self._carried(name)) is not None]
        tree = expression("CAST(NULL AS JSON)")
        for name, why in found:
            tree = expression(
                "CASE WHEN _of = _name THEN _why ELSE _other END",
                of=column(self._name), name=text_constant(name), why=why, other=tree,
            )  # fmt: skip
        return tree if found else None
