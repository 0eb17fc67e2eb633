"""Trees of SELECTs, as the engine parses and writes them, and what the rewriting asks of them."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb

from sciculture_etl.model.statements import parse_select, select_texts

Tree = dict[str, Any]
NAME = "the lineage of the SQL"
RANKING = "WINDOW_R"  # row_number, rank: windows that take no value from a row
SUBQUERY = "SUBQUERY"


@lru_cache(maxsize=256)
def _parsed(text: str) -> Tree:
    return parse_select(text, NAME)


def select(text: str, **parts: Any) -> Tree:
    """The tree of a SELECT in which every name ``_part`` is replaced by a tree of an expression."""
    found: Tree = filled(copy.deepcopy(_parsed(text)), {f"_{name}": part for name, part in parts.items()})
    return found


def expression(text: str, **parts: Any) -> Tree:
    """The tree of an expression; ``parts`` as in ``select``."""
    found: Tree = select(f"SELECT {text}", **parts)["select_list"][0]
    return found


def column(*names: str) -> Tree:
    return expression(".".join(quoted(name) for name in names))


def text_constant(text: str) -> Tree:
    return expression("'" + text.replace("'", "''") + "'")


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def filled(tree: Any, parts: dict[str, Tree]) -> Any:
    """A tree with trees in the place of columns of one name, which keep the alias that stood there."""
    return replaced(tree, lambda node: parts.get(node["column_names"][0]) if _is_bare_column(node) else None)


def _is_bare_column(node: Tree) -> bool:
    return node.get("class") == "COLUMN_REF" and len(node["column_names"]) == 1


def replaced(tree: Any, change: Callable[[Tree], Tree | None]) -> Any:
    """A tree in which the outermost nodes for which ``change`` gives one are exchanged."""
    if isinstance(tree, list):
        return [replaced(child, change) if isinstance(child, dict | list) else child for child in tree]
    if not isinstance(tree, dict):
        return tree
    if (new := change(tree)) is not None:
        return {**new, "alias": tree.get("alias") or new.get("alias", "")} if "class" in new else new
    # Most of a tree are words and numbers, which need no call.
    return {key: replaced(child, change) if isinstance(child, dict | list) else child for key, child in tree.items()}


def text_of(tree: Tree) -> str:
    """An expression as SQL, without alias."""
    return texts_of([tree])[0]


def texts_of(trees: Iterable[Tree]) -> list[str]:
    """The same of several at once."""
    written = select_texts({**_parsed("SELECT 1"), "select_list": [{**tree, "alias": ""}]} for tree in trees)
    return [text.removeprefix("SELECT ").strip() for text in written]


def shown(tree: Tree) -> str:
    """An expression for people: names of functions as they were written."""
    return for_people(text_of(tree))


def for_people(text: str) -> str:
    """The same of what the engine wrote."""
    return re.sub(r'"(\w+)"\(', r"\1(", text).replace("count_star()", "count(*)")


def children(tree: Any) -> Iterator[Tree]:
    """The nodes right below a node."""
    for child in tree.values() if isinstance(tree, dict) else tree:
        if isinstance(child, dict) and "class" in child:
            yield child
        elif isinstance(child, dict | list):
            yield from children(child)


@dataclass(frozen=True)
class Functions:
    """What the engine says of functions.

    Attributes:
        aggregates: names of aggregate functions.
        macros: that hold an aggregate: parameters and body by name; they are written out before anything else.
    """

    aggregates: frozenset[str]
    macros: dict[str, tuple[list[str], Tree]]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection) -> Functions:
        rows = connection.execute(
            "SELECT DISTINCT function_name, parameters, macro_definition, function_type FROM duckdb_functions() "
            "WHERE function_type = 'aggregate' OR function_type = 'macro' AND NOT internal"
        ).fetchall()
        found = cls(frozenset(row[0] for row in rows if row[3] == "aggregate") | {"count_star"}, {})
        for name, parameters, body, _ in (row for row in rows if row[3] == "macro"):
            tree = expression(body)
            if found.has_aggregate(tree):
                found.macros[name] = (parameters, tree)
        return found

    def is_over_group(self, tree: Tree) -> bool:
        """Whether it is an aggregate function over a group."""
        return tree["class"] == "FUNCTION" and tree["function_name"] in self.aggregates

    def is_aggregate(self, tree: Tree) -> bool:
        """Whether it is an aggregate function, over a group or a window."""
        if tree["class"] == "WINDOW":
            return not tree["type"].startswith(RANKING)
        return self.is_over_group(tree)

    def has_aggregate(self, tree: Tree) -> bool:
        """Whether it can stand in a grouped query alone; windows can stand anywhere."""
        return self.is_over_group(tree) or (
            tree["class"] != SUBQUERY and any(self.has_aggregate(child) for child in children(tree))
        )

    def written_out(self, tree: Any) -> Any:
        """A tree with the bodies of macros in their place."""

        def body(node: Tree) -> Tree | None:
            if node.get("class") != "FUNCTION" or node["function_name"] not in self.macros:
                return None
            parameters, tree = self.macros[node["function_name"]]
            given = [self.written_out(child) for child in node["children"]]
            return dict(filled(tree, dict(zip(parameters, given, strict=True))))

        return replaced(tree, body)
