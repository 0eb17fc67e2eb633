"""The SQL files, what each of them reads, and the order that follows from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import duckdb
import orjson

from sciculture_etl.errors import ContractError
from sciculture_etl.project import SQL, Folder, files_of

LAYERS = ("core", "mart", "meta")
FIGURES = "mart_seed_figure_check"


@dataclass(frozen=True)
class Statement:
    """One SQL file.

    Attributes:
        inputs: tables it reads, by name in the model, else as schema.table.
    """

    table: str
    layer: str
    text: str
    inputs: frozenset[str]


def _base_tables(tree: dict[str, Any]) -> frozenset[str]:
    """The tables that a tree reads, but for the names that it gives to SELECTs of its own."""
    found: set[str] = set()
    waiting: list[tuple[Any, frozenset[str]]] = [(tree, frozenset())]
    while waiting:  # not by calls: trees have a hundred thousand nodes
        node, named = waiting.pop()
        if isinstance(node, dict):
            if own := node.get("cte_map", {}).get("map"):
                named = named | {entry["key"] for entry in own}
            if node.get("type") == "BASE_TABLE":
                schema, table = node.get("schema_name") or "", node["table_name"]
                if schema or table not in named:
                    found.add(f"{schema}.{table}" if schema else table)
            node = node.values()
        waiting += [(child, named) for child in node if isinstance(child, dict | list)]
    return frozenset(found)


@cache
def _parser() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@lru_cache(maxsize=256)
def _serialized(text: str) -> str:
    row = _parser().execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
    return str(row[0]) if row else '{"error": true}'


def parse_select(text: str, name: str) -> dict[str, Any]:
    """The tree of one SELECT, as the engine itself parses it.

    Raises:
        ContractError: Naming what isn't one SELECT.
    """
    tree: dict[str, Any] = orjson.loads(_serialized(text))
    if tree.get("error"):
        raise ContractError(f"{name}: {tree.get('error_message', 'not a SELECT')}")
    if len(tree["statements"]) != 1:
        raise ContractError(f"{name}: one SELECT a file, this one has {len(tree['statements'])}")
    parsed: dict[str, Any] = tree["statements"][0]["node"]
    return parsed


def select_text(tree: dict[str, Any]) -> str:
    """The SELECT of a tree, the other way round."""
    return select_texts([tree])[0]


def select_texts(trees: Iterable[dict[str, Any]]) -> list[str]:
    """The SELECTs of several trees: one by one they take ten times as long."""
    listed = [_without_commas(orjson.dumps(tree)).decode() for tree in trees]
    listed = [f'{{"error": false, "statements": [{{"node": {tree}, "named_param_map": []}}]}}' for tree in listed]
    rows = _parser().execute("SELECT json_deserialize_sql(one::JSON) FROM unnest(?) AS trees (one)", [listed])
    return [str(text) for (text,) in rows.fetchall()]


def _without_commas(written: bytes) -> bytes:
    """The engine writes CROSS JOIN as a comma, which binds less than the joins beside it."""
    return orjson.dumps(_joined(orjson.loads(written))) if b'"CROSS"' in written else written


def _joined(tree: Any) -> Any:
    if isinstance(tree, list):
        return [_joined(child) for child in tree]
    if not isinstance(tree, dict):
        return tree
    written = {key: _joined(child) for key, child in tree.items()}
    if written.get("type") == "JOIN" and written.get("ref_type") == "CROSS":
        always = parse_select("SELECT true", "a condition")["select_list"][0]
        written |= {"ref_type": "REGULAR", "join_type": "INNER", "condition": always}
    return written


@cache
def _inputs(text: str, name: str) -> frozenset[str]:
    return _base_tables(parse_select(text, name))


def tables_read(query: str) -> frozenset[str]:
    """The tables that a query reads, by name in the model, else as schema.table."""
    return _inputs(query, "query")


def load_statements(folder: Folder = SQL) -> dict[str, Statement]:
    """All SELECTs by table name.

    Raises:
        ContractError: Naming the file that isn't one SELECT.
    """
    statements: dict[str, Statement] = {}
    for layer in LAYERS:
        for path in files_of(folder, f"{layer}/*.sql"):
            text = path.read_text(encoding="utf-8")
            name = f"sql/{layer}/{path.name}"
            statements[path.stem] = Statement(path.stem, layer, text, _inputs(text, name))
    return statements


def figures_statement(query: str) -> Statement:
    """The check of published figures, whose SELECT is made from their list."""
    return Statement(FIGURES, "mart", query, _inputs(query, "expectations/figures.csv"))


def ordered(statements: dict[str, Statement]) -> list[Statement]:
    """Every statement after those whose tables it reads.

    Raises:
        ContractError: For a circle or an unknown table.
    """
    graph = {}
    for statement in statements.values():
        unknown = [name for name in statement.inputs if "." not in name and name not in statements]
        if unknown:
            raise ContractError(
                f"sql/{statement.layer}/{statement.table}.sql reads unknown tables: {', '.join(unknown)}"
            )
        graph[statement.table] = {name for name in statement.inputs if name in statements}
    try:
        return [statements[table] for table in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise ContractError(f"sql/: these tables read each other in a circle: {' → '.join(error.args[1])}") from None


def readers_of(sources: set[str], statements: dict[str, Statement]) -> set[str]:
    """Every table that reads one of the sources, directly or through others."""
    found: set[str] = set()
    while more := {s.table for s in statements.values() if s.inputs & (sources | found)} - found:
        found |= more
    return found
