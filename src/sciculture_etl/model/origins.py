"""From which columns of which tables the columns of one SELECT come, read off the engine's tree of it.

Nothing is run and no row is looked at. Names are resolved as the engine resolves them: common tables, subqueries,
joins, unions by place and by name, columns turned into rows. What decides which rows count (WHERE, GROUP BY) is told in
words beside each origin, and is none itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from sciculture_etl.model.sql_tree import RANKING, SUBQUERY, Functions, Tree, children, for_people, texts_of

COPIED, COMPUTED, AGGREGATED = "copied", "computed", "aggregated"
KINDS = (COPIED, COMPUTED, AGGREGATED)
ROW = ""  # stands for a column: rows are counted, whatever they hold


@dataclass(frozen=True)
class Origin:
    """Where a value comes from.

    Attributes:
        table: as ``tables_read`` names it.
        column: ``ROW`` where rows are counted.
        kind: copied, computed from one row, or aggregated over several.
        steps: the expressions that it goes through, the innermost first.
        conditions: those under which its row counts.
        groups: over what it is aggregated.
    """

    table: str
    column: str
    kind: str = COPIED
    steps: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    def through(self, kind: str, step: str = "") -> Origin:
        """The same, one expression further."""
        steps = (*self.steps, step) if step and self.steps[-1:] != (step,) else self.steps
        reached = max(self.kind, kind, key=KINDS.index)
        return Origin(self.table, self.column, reached, steps, self.conditions, self.groups)

    def under(self, conditions: Iterable[str], groups: Iterable[str] = ()) -> Origin:
        """The same, of rows that pass further conditions."""
        further = tuple(dict.fromkeys((*self.conditions, *conditions)))
        return Origin(self.table, self.column, self.kind, self.steps, further, tuple(groups) or self.groups)


Origins = tuple[Origin, ...]
Columns = dict[str, Origins]


def _together(several: Iterable[Iterable[Origin]]) -> Origins:
    return tuple(dict.fromkeys(origin for some in several for origin in some))


@dataclass
class _Relation:
    """What one table, subquery or common table in FROM gives: its columns, and its rows as such."""

    alias: str
    columns: Columns
    rows: Origins = ()
    is_optional: bool = False

    def under(self, conditions: list[str]) -> _Relation:
        if not conditions:
            return self
        columns = {name: tuple(o.under(conditions) for o in found) for name, found in self.columns.items()}
        return replace(self, columns=columns, rows=tuple(o.under(conditions) for o in self.rows))


@dataclass(frozen=True)
class _Scope:
    """The common tables that a query may name, and the relations of the queries around it."""

    common: dict[str, tuple[Tree, _Scope]] = field(default_factory=dict)
    around: tuple[_Relation, ...] = ()


@dataclass
class _Result:
    columns: Columns
    rows: Origins


class OriginReader:
    """Reads SELECTs.

    Attributes:
        columns_of: table, as ``tables_read`` names it → its columns in their order.
    """

    def __init__(self, functions: Functions, columns_of: Callable[[str], list[str]]) -> None:
        self._functions = functions
        self.columns_of = columns_of
        self._known: dict[int, _Result] = {}
        self._shown: list[Tree] = []
        self._kept: list[Tree] = []  # an id is given out again once its tree is gone

    def read(self, tree: Tree) -> Columns:
        """Column → its origins, in the order in which the SELECT gives them."""
        written = self._functions.written_out(tree)
        self._kept.append(written)
        found = self._query(written, _Scope()).columns
        texts = [_tidy(text) for text in texts_of(self._shown)]
        return {name: tuple(_worded(origin, texts) for origin in origins) for name, origins in found.items()}

    def shown(self, tree: Tree) -> str:
        """Stands for the text of an expression: all of a SELECT are written at once."""
        self._shown.append(tree)
        return f"\0{len(self._shown) - 1}\0"

    def _query(self, tree: Tree, scope: _Scope) -> _Result:
        if id(tree) in self._known:
            return self._known[id(tree)]
        found = self._read(tree, scope)
        if not scope.around:
            self._known[id(tree)] = found
        return found

    def _read(self, tree: Tree, scope: _Scope) -> _Result:
        for entry in tree.get("cte_map", {}).get("map", []):
            scope = replace(scope, common=scope.common | {entry["key"]: (entry["value"]["query"]["node"], scope)})
        if tree["type"] == "SELECT_NODE":
            return _Select(self, tree, scope).result()
        if tree["type"] == "RECURSIVE_CTE_NODE":
            left = self._query(tree["left"], scope)
            found = self._with(tree["cte_name"], left, scope)
            return self._joined(left, self._read(tree["right"], found), is_by_name=False)
        if tree["type"] == "SET_OPERATION_NODE":
            left, right = self._query(tree["left"], scope), self._query(tree["right"], scope)
            if not tree["setop_type"].startswith("UNION"):  # what is taken away, or held against, gives no value
                return left
            return self._joined(left, right, is_by_name=tree["setop_type"] == "UNION_BY_NAME")
        return _Result({}, ())

    def _with(self, name: str, result: _Result, scope: _Scope) -> _Scope:
        """A scope in which a common table is known already: the one that reads itself."""
        tree: Tree = {"type": "KNOWN", "of": name}
        self._known[id(tree)] = result
        self._kept.append(tree)
        return replace(scope, common=scope.common | {name: (tree, _Scope())})

    def _joined(self, left: _Result, right: _Result, is_by_name: bool) -> _Result:
        names = dict.fromkeys([*left.columns, *(right.columns if is_by_name else ())])
        places = {} if is_by_name else dict(zip(left.columns, right.columns, strict=False))
        columns = {
            name: _together([left.columns.get(name, ()), right.columns.get(places.get(name, name), ())])
            for name in names
        }
        return _Result(columns, _together([left.rows, right.rows]))

    def relations(self, place: Tree, scope: _Scope, is_optional: bool = False) -> list[_Relation]:
        """All that stands at a place of FROM, in its order."""
        kind = place["type"]
        if kind == "JOIN":
            left = self.relations(place["left"], scope, is_optional or place["join_type"] in ("RIGHT", "OUTER"))
            if place["join_type"] in ("SEMI", "ANTI"):
                return [relation.under([self._shown_match(place)]) for relation in left]
            inner = replace(scope, around=(*scope.around, *left))
            is_right_optional = is_optional or place["join_type"] in ("LEFT", "OUTER")
            has_outer = place["right"]["type"] == "SUBQUERY"
            return left + self.relations(place["right"], inner if has_outer else scope, is_right_optional)
        if kind == "BASE_TABLE":
            return [replace(self._table(place, scope), is_optional=is_optional)]
        if kind == "SUBQUERY":
            result = self._query(place["subquery"]["node"], scope)
            return [_renamed(place, place["alias"] or "unnamed_subquery", result, is_optional)]
        if kind == "PIVOT" and place["unpivot_names"]:
            return [self._unpivoted(place, scope)]
        if kind == "EXPRESSION_LIST":
            width = len(place["values"][0])
            return [_renamed(place, place["alias"], _Result({f"col{i}": () for i in range(width)}, ()), is_optional)]
        if kind == "TABLE_FUNCTION":
            name = place["alias"] or place["function"]["function_name"]
            select = _Select(self, {"select_list": [], "from_table": {"type": "EMPTY"}}, scope)
            origins = _together(select.origins(child) for child in children(place["function"]))
            given = tuple(o.through(COMPUTED, self.shown(place["function"])) for o in origins)
            return [_Relation(name, dict.fromkeys(place["column_name_alias"] or [name], given), given, is_optional)]
        return []

    def _table(self, place: Tree, scope: _Scope) -> _Relation:
        schema, table = place["schema_name"], place["table_name"]
        alias = place["alias"] or table
        if not schema and table in scope.common:
            tree, outer = scope.common[table]
            return _renamed(place, alias, self._query(tree, outer), False)
        name = table if schema in ("", "main") else f"{schema}.{table}"
        columns: Columns = {column: (Origin(name, column),) for column in self.columns_of(name)}
        return _renamed(place, alias, _Result(columns, (Origin(name, ROW),)), False)

    def _unpivoted(self, place: Tree, scope: _Scope) -> _Relation:
        """Columns turned into rows (UNPIVOT): the name says which column the value comes from."""
        columns: Columns = {}
        sources = self.relations(place["source"], scope)
        for relation in sources:
            columns |= relation.columns
        pivot = place["pivots"][0]
        turned: list[str] = []
        for entry in pivot["entries"]:
            if star := entry.get("star_expr"):
                turned += [name for name in columns if name not in star["exclude_list"]]
            turned += [value["value"] for value in entry["values"]]
        name, value = pivot["unpivot_names"][0], place["unpivot_names"][0]
        kept = {column: origins for column, origins in columns.items() if column not in turned}
        given = _together(
            [origin.under([f"{name} = '{column}'"], origin.groups) for origin in columns[column]] for column in turned
        )
        return _Relation(place["alias"], kept | {name: (), value: given}, _together(r.rows for r in sources))

    def _shown_match(self, place: Tree) -> str:
        """A SEMI or ANTI join in words: rows with, or without, one of another table."""
        other = place["right"]
        table = ".".join(part for part in (other.get("schema_name"), other.get("table_name")) if part) or other["alias"]
        on = ", ".join(place["using_columns"]) or self.shown(place["condition"])
        return f"{'' if place['join_type'] == 'SEMI' else 'NOT '}IN {table} ({on})"


def _renamed(place: Tree, alias: str, result: _Result, is_optional: bool) -> _Relation:
    names = place.get("column_name_alias") or []
    own = [*names, *list(result.columns)[len(names) :]]
    return _Relation(alias, dict(zip(own, result.columns.values(), strict=False)), result.rows, is_optional)


class _Select:
    """One SELECT with what it reads."""

    def __init__(self, reader: OriginReader, tree: Tree, scope: _Scope) -> None:
        self._reader, self._functions, self._scope, self._tree = reader, reader._functions, scope, tree
        self._relations = reader.relations(tree["from_table"], scope)
        self._given: Columns = {}
        self._hidden: frozenset[str] = frozenset()  # names of lambdas

    def result(self) -> _Result:
        tree = self._tree
        conditions = [text for part in ("where_clause", "having", "qualify") for text in self._parts(tree[part])]
        items: list[tuple[str, Tree | None, Origins]] = []
        for item in tree["select_list"]:
            for name, expression, origins in self._item(item):
                items.append((name, expression, origins))
                self._given[name] = origins
        is_grouped = bool(tree["group_expressions"]) or tree["aggregate_handling"] == "FORCE_AGGREGATES"
        groups = self._groups(items) if is_grouped else []
        columns = {
            name: tuple(
                origin.under(conditions, groups if is_grouped and self._is_aggregated(expression) else ())
                for origin in origins
            )
            for name, expression, origins in items
        }
        needed = [r for r in self._relations if not r.is_optional] or self._relations
        return _Result(columns, tuple(o.under(conditions) for o in _together(r.rows for r in needed)))

    def _parts(self, tree: Tree | None) -> list[str]:
        """The parts of a condition that must all hold."""
        if not tree:
            return []
        if tree["type"] == "CONJUNCTION_AND":
            return [text for child in tree["children"] for text in self._parts(child)]
        return [self._reader.shown(tree)]

    def _is_aggregated(self, expression: Tree | None) -> bool:
        return expression is not None and self._functions.has_aggregate(expression)

    def _groups(self, items: list[tuple[str, Tree | None, Origins]]) -> list[str]:
        listed = [_name_of(tree) or self._reader.shown(tree) for tree in self._tree["group_expressions"]]
        return listed or [name for name, expression, _ in items if not self._is_aggregated(expression)]

    def _item(self, item: Tree) -> Iterator[tuple[str, Tree | None, Origins]]:
        if item["class"] == "STAR":
            yield from self._star(item)
            return
        name = item["alias"] or _name_of(item) or self._reader.shown(item)
        yield name, item, self._stepped(item)

    def _stepped(self, item: Tree) -> Origins:
        """The origins of an expression, which they go through, unless it hands a column on."""
        origins = self.origins(item)
        if _is_handed_on(item):
            return origins
        step = self._reader.shown(item)
        return tuple(origin.through(COPIED, step) for origin in origins)

    def _star(self, item: Tree) -> Iterator[tuple[str, Tree | None, Origins]]:
        wanted = [r for r in self._relations if item["relation_name"] in ("", r.alias)]
        left_out = {*item["exclude_list"], *(one["column"] for one in item.get("qualified_exclude_list") or [])}
        replaced = {one["key"]: one["value"] for one in item["replace_list"]}
        renamed = {one["key"]["column"]: one["value"] for one in item.get("rename_list") or []}
        for name in dict.fromkeys(name for relation in wanted for name in relation.columns):
            if name in left_out:
                continue
            if name in replaced:
                yield name, replaced[name], self._stepped(replaced[name])
            else:
                origins = next(relation.columns[name] for relation in wanted if name in relation.columns)
                yield renamed.get(name, name), None, origins

    def origins(self, tree: Tree) -> Origins:
        """Of an expression."""
        kind = tree["class"]
        if kind == "COLUMN_REF":
            return self._of_column(tree["column_names"])
        if kind == SUBQUERY:
            return self._of_subquery(tree)
        if kind == "LAMBDA":
            return self._of_lambda(tree)
        if self._functions.is_over_group(tree) or kind == "WINDOW":
            return self._of_aggregate(tree)
        if kind == "CAST":
            return self.origins(tree["child"])
        found = _together(self.origins(child) for child in children(tree))
        return tuple(origin.through(COMPUTED) for origin in found)

    def _of_lambda(self, tree: Tree) -> Origins:
        before = self._hidden
        self._hidden = before | {name for part in _columns_in(tree["lhs"]) for name in part}
        found = self.origins(tree["expr"])
        self._hidden = before
        return found

    def _of_subquery(self, tree: Tree) -> Origins:
        around = (*self._relations, *self._scope.around)
        result = self._reader._query(tree["subquery"]["node"], replace(self._scope, around=around))
        found = next(iter(result.columns.values()), ()) if tree["subquery_type"] != "EXISTS" else result.rows
        compared = self.origins(tree["child"]) if tree.get("child") else ()
        return tuple(origin.through(COMPUTED) for origin in (*found, *compared))

    def _of_aggregate(self, tree: Tree) -> Origins:
        is_window = tree["class"] == "WINDOW"
        if is_window and tree["type"].startswith(RANKING):
            ordered = [order["expression"] for order in tree["orders"]] or tree["partitions"]
            return tuple(o.through(COMPUTED) for o in _together(self.origins(child) for child in ordered))
        found = _together(self.origins(child) for child in tree["children"])
        if not found:
            needed = [r for r in self._relations if not r.is_optional] or self._relations
            found = _together(relation.rows for relation in needed)
        return tuple(origin.through(AGGREGATED) for origin in found)

    def _of_column(self, names: list[str]) -> Origins:
        if names[0] in self._hidden:
            return ()
        for relations in (self._relations, self._scope.around):
            if len(names) > 1:
                owners = [r for r in relations if r.alias == names[-2] and names[-1] in r.columns]
                owners = owners or [r for r in relations if r.alias == names[0] and names[1] in r.columns]
                if owners:
                    return owners[0].columns.get(names[-1]) or owners[0].columns.get(names[1], ())
            if found := [r.columns[names[0]] for r in relations if names[0] in r.columns]:
                return _together(found)
            if relations is self._relations and names[0] in self._given:
                return self._given[names[0]]
        raise LookupError(".".join(names))


def _name_of(tree: Tree) -> str:
    return tree["column_names"][-1] if tree["class"] == "COLUMN_REF" else ""


def _is_handed_on(tree: Tree) -> bool:
    return tree["class"] == "COLUMN_REF" or (tree["class"] == "CAST" and _is_handed_on(tree["child"]))


def _columns_in(tree: Tree) -> Iterator[list[str]]:
    if tree["class"] == "COLUMN_REF":
        yield tree["column_names"]
    for child in children(tree):
        yield from _columns_in(child)


def _tidy(text: str) -> str:
    """An expression without what the engine puts around it."""
    text = re.sub(r"\s+", " ", for_people(text))
    text = re.sub(r'"([a-z_][a-z0-9_]*)"', r"\1", text)  # a name that is a word of SQL
    while text.startswith("(") and _closing(text) == len(text) - 1:
        text = text[1:-1]
    return text


def _closing(text: str) -> int:
    """Where the bracket closes that opens a text."""
    depth = 0
    for place, sign in enumerate(text):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if depth == 0:
            return place
    return -1


def _worded(origin: Origin, texts: list[str]) -> Origin:
    def word(text: str) -> str:
        return re.sub(r"\0(\d+)\0", lambda found: texts[int(found[1])], text)

    steps, conditions, groups = (tuple(map(word, some)) for some in (origin.steps, origin.conditions, origin.groups))
    return replace(origin, steps=steps, conditions=conditions, groups=groups)
