"""A SELECT rewritten so that every value can say where it comes from, beside what it gave before.

The engine's own tree of the SQL is taken; for a column asked for, one more is added that holds its provenance as JSON:

* ``{"e": n, "v": value, "of": [{"v", "t", "w"}]}``: expression n of its parts, each with value, type and provenance;
* ``{"a": n, "v": value, "t": type, "rows": [{"v": argument, "of": [...]}]}``: aggregate n over those rows;
* ``{"g": [...]}``: rows that share a key; a text: one row of a source.

So joins, filters, unions, windows and groups keep their own meaning, and nothing is known of any one table.
"""

from __future__ import annotations

import copy

from sciculture_etl.model.sql_tree import (
    RANKING,
    SUBQUERY,
    Tree,
    children,
    column,
    expression,
    replaced,
    select,
    text_of,
)
from sciculture_etl.trace.from_clause import From
from sciculture_etl.trace.relations import ROW, Explained, Query, Scope

OF_ROW = ("WINDOW_FIRST_VALUE", "WINDOW_LAST_VALUE", "WINDOW_NTH_VALUE", "WINDOW_LAG", "WINDOW_LEAD")
EVERY = "GROUP BY"  # stands for an aggregate where a key is what is asked for


def query_of(explained: Explained, tree: Tree, scope: Scope) -> Query | None:
    """The rewriting of a SELECT; None where there is none (WITH RECURSIVE, EXCEPT ...)."""
    scope = dict(scope)
    for entry in tree.get("cte_map", {}).get("map", []):
        scope[entry["key"]] = entry["value"]["query"]["node"]
    if tree["type"] == "SELECT_NODE":
        return Select(explained, copy.deepcopy(tree), scope)
    if tree["type"] != "SET_OPERATION_NODE" or not tree["setop_type"].startswith("UNION"):
        return None
    if tree["setop_all"]:
        return Union(explained, copy.deepcopy(tree), scope)
    distinct = select("SELECT DISTINCT * FROM (SELECT 1) AS u")
    distinct["from_table"]["subquery"]["node"] = {**copy.deepcopy(tree), "setop_all": True}
    return Select(explained, distinct, scope)


class Union(Query):
    """UNION ALL, by place or by name."""

    def __init__(self, explained: Explained, tree: Tree, scope: Scope) -> None:
        self.tree = tree
        self.names = explained.columns(tree, scope)
        self._by_name = tree["setop_type"] == "UNION_BY_NAME"
        self._branches = []
        for side in ("left", "right"):
            branch = query_of(explained, tree[side], scope)
            if branch is not None:
                tree[side] = branch.tree
            self._branches.append(branch)

    def add(self, wanted: str, name: str) -> str | None:
        if None in self._branches:
            return None
        added = []
        for branch in self._branches:
            assert branch is not None
            own = wanted
            if wanted != ROW and not self._by_name:
                own = branch.names[self.names.index(wanted)]
            added.append(branch.add(own, name) if wanted == ROW or own in branch.names else None)
        if not any(added):
            return None
        for branch, found in zip(self._branches, added, strict=True):
            if branch is not None and found is None:
                branch.add_nothing(name)
        return name

    def add_nothing(self, name: str) -> None:
        for branch in self._branches:
            if branch is not None:
                branch.add_nothing(name)

    @property
    def has_submissions(self) -> bool:
        return any(branch is not None and branch.has_submissions for branch in self._branches)


class Select(Query):
    """One SELECT."""

    def __init__(self, explained: Explained, tree: Tree, scope: Scope) -> None:
        self._explained = explained
        self._functions = explained.functions
        self.names = explained.columns(tree, scope)
        self.tree = tree
        self._relations = From(explained, scope, self.names, query_of).relations(tree["from_table"])
        self._items = list(tree["select_list"])
        self._make_distinct_a_group()
        listed = [*self._items, *([tree["having"]] if tree.get("having") else [])]
        self._is_grouped = (
            bool(tree["group_expressions"])
            or tree["aggregate_handling"] == "FORCE_AGGREGATES"
            or any(self._functions.has_aggregate(item) for item in listed)
        )

    def _make_distinct_a_group(self) -> None:
        if any(m["type"] == "DISTINCT_MODIFIER" for m in self.tree["modifiers"]):
            self.tree["modifiers"] = [m for m in self.tree["modifiers"] if m["type"] != "DISTINCT_MODIFIER"]
            self.tree["aggregate_handling"] = "FORCE_AGGREGATES"

    # What it gives

    @property
    def has_submissions(self) -> bool:
        return any(relation.has_submissions for relation in self._relations)

    def add(self, wanted: str, name: str) -> str | None:
        if wanted == ROW:
            why = self._of_row()
            if why is not None and self._is_grouped:
                why = expression("json_object('g', list(_why))", why=why)
        else:
            why = self._explain(self._item(wanted))
        if why is None:
            return None
        self.tree["select_list"].append({**why, "alias": name})
        hidden = [name for relation in self._relations for name in relation.hidden]
        for item in self._items:
            if item["class"] == "STAR":
                own = [r.hidden for r in self._relations if r.alias == item["relation_name"]]
                item["exclude_list"] += [
                    name for name in (own[0] if own else hidden) if name not in item["exclude_list"]
                ]
        return name

    def add_nothing(self, name: str) -> None:
        self.tree["select_list"].append({**expression("CAST(NULL AS JSON)"), "alias": name})

    def _item(self, wanted: str) -> Tree:
        for item in self._items:
            if item["class"] == "STAR":
                for replacement in item["replace_list"]:
                    if replacement["key"] == wanted:
                        return dict(replacement["value"])
                known = [r for r in self._relations if item["relation_name"] in ("", r.alias)]
                if wanted not in item["exclude_list"] and any(wanted in r.columns for r in known):
                    return column(item["relation_name"], wanted) if item["relation_name"] else column(wanted)
            elif (item["alias"] or (item["column_names"][-1] if item["class"] == "COLUMN_REF" else "")) == wanted:
                return {**item, "alias": ""}
        # A name that the engine made up: what stands at its place, where no star shifts the places.
        return {**self._items[self.names.index(wanted)], "alias": ""}

    # Where values come from

    def _explain(self, tree: Tree) -> Tree | None:
        """The provenance of an expression."""
        if self._functions.is_aggregate(tree):
            return self._of_aggregate(tree)
        if self._is_grouped and not any(self._functions.is_aggregate(part) for part, _ in self._parts(tree)):
            return self._of_key(tree)
        if tree["class"] == "COLUMN_REF":
            return self._of_column(tree)
        found = []
        for part, is_value in self._parts(tree):
            why = self._explain(part) if is_value and part["class"] != SUBQUERY else None
            found.append((part, why))
        if all(why is None for _, why in found):
            return None
        nothing = expression("CAST(NULL AS JSON)")
        parts = [
            expression(
                "json_object('v', CAST(_part AS VARCHAR), 't', typeof(_part), 'w', _why)",
                part=self._beside_aggregates(part), why=why if why is not None else nothing,
            )
            for part, why in found
        ]  # fmt: skip
        number = self._explained.keep(tree, [part for part, _ in found])
        return expression(
            f"json_object('e', {number}, 'v', CAST(_tree AS VARCHAR), 'of', _parts)",
            tree=self._beside_aggregates(tree), parts=_listed(parts),
        )  # fmt: skip

    def _beside_aggregates(self, tree: Tree) -> Tree:
        """Keys of a group beside aggregates: GROUP BY ALL would not take them as they are."""
        if not self._is_grouped:
            return tree

        def key(node: Tree) -> Tree | None:
            if node.get("class") == "COLUMN_REF":
                return expression("any_value(_x)", x=node)
            return node if "class" in node and self._functions.is_over_group(node) else None

        return dict(replaced(tree, key))

    def _parts(self, tree: Tree) -> list[tuple[Tree, bool]]:
        """Columns, aggregates and subqueries of an expression, and whether its value may be theirs."""
        found: dict[str, tuple[Tree, bool]] = {}

        def gather(node: Tree, is_value: bool) -> None:
            kind = node["class"]
            if kind in ("COLUMN_REF", SUBQUERY, "WINDOW") or self._functions.is_aggregate(node):
                is_value = is_value and not node["type"].startswith(RANKING)
                text = text_of(node)
                found[text] = (node, is_value or found.get(text, (node, False))[1])
            elif kind == "CASE":
                for check in node["case_checks"]:
                    gather(check["when_expr"], False)
                    gather(check["then_expr"], is_value)
                gather(node["else_expr"], is_value)
            else:
                for child in children(node):
                    gather(child, is_value)

        gather(tree, True)
        return list(found.values())

    def _of_column(self, tree: Tree) -> Tree | None:
        *owner, name = tree["column_names"]
        relations = [r for r in self._relations if (not owner or r.alias == owner[-1]) and name in r.columns]
        found = [why for relation in relations if (why := relation.why(name)) is not None]
        if not relations and not owner:
            named = next((item for item in self._items if item["alias"] == name), None)
            return self._explain({**named, "alias": ""}) if named else None
        if len(found) > 1:
            return expression(f"coalesce({', '.join(f'_a{i}' for i in range(len(found)))})", **_numbered(found))
        return found[0] if found else None

    def _of_row(self) -> Tree | None:
        reaching = [r for r in self._relations if r.has_submissions]
        asked = [r for r in self._relations if r in reaching or r.is_optional_side or not reaching]
        found = [why for relation in asked if (why := relation.why(ROW)) is not None]
        if len(found) > 1:
            return expression("to_json(_parts)", parts=_listed(found))
        return found[0] if found else None

    def _of_values(self, trees: list[Tree]) -> Tree | None:
        """List of the provenances of what an aggregate takes from a row."""
        if any(self._functions.is_aggregate(part) for tree in trees for part, _ in self._parts(tree)):
            found = [why for tree in trees if (why := self._explain(tree)) is not None]
        else:
            columns = {text_of(part): part for tree in trees for part, is_value in self._parts(tree) if is_value}
            refs = [part for part in columns.values() if part["class"] == "COLUMN_REF"]
            whys = {text_of(why): why for part in refs if (why := self._of_column(part)) is not None}
            found = list(whys.values())
        if not found and (row := self._of_row()) is not None:
            found = [row]
        return _listed(found) if found else None

    def _of_key(self, tree: Tree) -> Tree | None:
        """A key of a group comes from all rows of the group."""
        if tree["class"] == "CONSTANT" or (of := self._of_values([tree])) is None:
            return None
        number = self._explained.keep({**tree, "function_name": EVERY}, [])
        return expression(
            f"json_object('a', {number}, 'v', any_value(CAST(_tree AS VARCHAR)), 'rows', "
            "list(json_object('v', CAST(_tree AS VARCHAR), 'of', _of)))",
            tree=tree, of=of,
        )  # fmt: skip

    def _of_aggregate(self, tree: Tree) -> Tree | None:
        arguments = [child for child in tree["children"] if child["class"] != "CONSTANT"]
        if tree["class"] == "WINDOW" and tree["type"] in OF_ROW:
            if (why := self._explain(arguments[0])) is None:
                return None
            given = expression("CASE WHEN _x IS NOT NULL THEN _w END", x=arguments[0], w=why)
            return {**tree, "children": [given, *tree["children"][1:]]}
        if (of := self._of_values(arguments)) is None:
            return None
        value = expression("CAST(_x AS VARCHAR)", x=arguments[0]) if arguments else expression("'1'")
        entry = expression("json_object('v', _v, 'of', _of)", v=value, of=of)
        is_counted = expression("_x IS NOT NULL", x=arguments[0]) if arguments else expression("true")
        window = tree["class"] == "WINDOW"
        filters = tree["filter_expr" if window else "filter"]
        if filters:
            is_counted = expression("_a AND _b", a=filters, b=is_counted)
        if window:
            rows = {**tree, "function_name": "list", "children": [entry], "filter_expr": is_counted, "distinct": False}
            kind = expression("NULL")
        else:
            rows = expression("list(_entry) FILTER (WHERE _is_counted)", entry=entry, is_counted=is_counted)
            kind = expression("any_value(typeof(_x))", x=arguments[0]) if arguments else expression("NULL")
        number = self._explained.keep(tree, arguments)
        return expression(
            f"json_object('a', {number}, 'v', CAST(_tree AS VARCHAR), 't', _kind, 'rows', _rows)",
            tree=tree, kind=kind, rows=rows,
        )  # fmt: skip


def _numbered(trees: list[Tree]) -> dict[str, Tree]:
    return {f"a{i}": tree for i, tree in enumerate(trees)}


def _listed(trees: list[Tree]) -> Tree:
    return expression(f"[{', '.join(f'_a{i}' for i in range(len(trees)))}]", **_numbered(trees))
