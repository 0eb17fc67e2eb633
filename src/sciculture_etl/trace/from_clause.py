"""What a SELECT reads: tables, subqueries and common tables of its FROM, by their own queries where there are some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sciculture_etl.model.sql_tree import Tree
from sciculture_etl.model.statements import parse_select
from sciculture_etl.trace.relations import (
    SOURCE_COLUMNS,
    Derived,
    Explained,
    Opaque,
    Query,
    Relation,
    Scope,
    Source,
    Unpivoted,
)


@dataclass(frozen=True)
class From:
    """Reads the FROM of one SELECT.

    Attributes:
        scope: common tables that it may name.
        names: of the columns of the SELECT.
        query_of: gives the rewriting of a query.
    """

    explained: Explained
    scope: Scope
    names: list[str]
    query_of: Callable[[Explained, Tree, Scope], Query | None]

    def relations(self, place: Tree, is_optional_side: bool = False) -> list[Relation]:
        """All that stands at a place of FROM, in its order."""
        kind = place["type"]
        if kind == "JOIN":
            if place["join_type"] in ("SEMI", "ANTI"):  # its other side gives no columns
                return self.relations(place["left"], is_optional_side)
            full = is_optional_side or place["join_type"] == "OUTER"
            return self.relations(place["left"], full) + self.relations(place["right"], full)
        if kind == "BASE_TABLE":
            return [self._table(place, is_optional_side)]
        if kind == "SUBQUERY":
            place["alias"] = place["alias"] or "unnamed_subquery"
            return [self._derived(place["subquery"]["node"], self.scope, place["alias"], place, is_optional_side)]
        if kind == "PIVOT" and place["unpivot_names"] and place["pivots"][0]["entries"][0].get("star_expr"):
            (source,) = self.relations(place["source"])
            return [Unpivoted(self.explained, source, self.names, place, is_optional_side)]
        return [] if kind == "EMPTY" else [Opaque(place.get("alias", ""), [], place, is_optional_side)]

    def _derived(self, tree: Tree, scope: Scope, alias: str, place: Tree, is_optional_side: bool) -> Relation:
        columns = self.explained.columns(tree, scope)
        return Derived(
            self.explained, lambda: self.query_of(self.explained, tree, scope), alias, columns, place, is_optional_side
        )

    def _table(self, place: Tree, is_optional_side: bool) -> Relation:
        schema, table = place["schema_name"], place["table_name"]
        alias = place["alias"] or table
        if not schema and table in self.scope:
            names = list(self.scope)
            earlier = {name: self.scope[name] for name in names[: names.index(table)]}
            return self._derived(self.scope[table], earlier, alias, place, is_optional_side)
        place["schema_name"] = schema = schema or "main"
        columns = self.explained.table_columns(schema, table)
        statement = self.explained.statements.get(table) if schema == "main" else None
        if schema == "reference" or (SOURCE_COLUMNS[0] in columns and table != self.explained.asked):
            return Source(self.explained, schema, table, alias, place, is_optional_side)
        if statement is None:
            return Opaque(alias, columns, place, is_optional_side)
        tree = self.explained.functions.written_out(parse_select(statement.text, table))
        tree["modifiers"] = [m for m in tree["modifiers"] if m["type"] != "ORDER_MODIFIER"]
        return self._derived(tree, {}, alias, place, is_optional_side)
