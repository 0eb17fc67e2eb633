"""From which fields of which forms the columns of a published table come, through which tables, drawn and in words.

All is read off the SQL (``model/column_lineage``): a table that is added by a contract and a SELECT has it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from markupsafe import Markup

from sciculture_etl.contracts import Contract, load_contracts
from sciculture_etl.contracts.contract import REGION_COLUMNS
from sciculture_etl.model.column_lineage import Cell, ColumnLineage, lineage_of
from sciculture_etl.model.origins import ROW, Origin
from sciculture_etl.pages import Language, page_texts
from sciculture_etl.pages.flow_chart import Box, Place, flow_chart
from sciculture_etl.pages.words import Words
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site.page import GROUP
from sciculture_etl.settings import fingerprint

ACCEPTED = "accepted."
RULE = "rule"  # how a column comes about that no SELECT gives


@dataclass(frozen=True)
class FieldUsed:
    """A field of a form, or what is known of every submission without being asked for (then header is empty)."""

    dataset: str
    field: str
    header: str = ""


def lineage(content: Content) -> ColumnLineage:
    """That of all tables, once for a site."""
    return content.once("lineage", lambda: lineage_of(content.connection, load_contracts()))


def public_tables(content: Content) -> list[str]:
    """The published tables, by name."""
    return sorted(name for name, one in content.table_contracts.items() if one.audience == "public")


def made_of(content: Content, table: str) -> str:
    """What decides how the lineage of a table comes out: every SELECT on the way, and the forms at its beginning."""
    found, contracts = lineage(content), load_contracts()
    parts = []
    for name in sorted(found.tables_before(table) | {table}):
        parts.append(found.statements[name].text if name in found.statements else name)
        dataset = name.removeprefix(ACCEPTED)
        if name.startswith(ACCEPTED) and dataset in contracts:
            parts.append(contracts[dataset].fingerprint)
    return fingerprint(*parts)


def fields_of(content: Content, cell: Cell) -> list[FieldUsed]:
    """The fields of forms from which a column comes."""
    return content.once(("fields", *cell), lambda: list(dict.fromkeys(_fields_of(content, cell, {cell}))))


def _fields_of(content: Content, cell: Cell, seen: set[Cell]) -> Iterator[FieldUsed]:
    table, column = cell
    contract = load_contracts().get(table.removeprefix(ACCEPTED)) if table.startswith(ACCEPTED) else None
    if contract:
        yield from asked_by(contract, column)
        return
    for before in lineage(content).before(cell):
        if before not in seen:
            seen.add(before)
            yield from _fields_of(content, before, seen)


def asked_by(contract: Contract, column: str) -> list[FieldUsed]:
    """The fields that a column of the accepted rows of a form is read from. Codes of regions follow from names."""
    names = [column]
    if column in REGION_COLUMNS and column not in contract.fields:
        names = [field.name for field in contract.region_fields]
    known = [
        FieldUsed(contract.dataset, name, contract.fields[name].header) for name in names if name in contract.fields
    ]
    return known or [FieldUsed(contract.dataset, column)]


def used_in(content: Content) -> dict[tuple[str, str], list[Cell]]:
    """Dataset and field → the columns of published tables that come from it."""

    def ask() -> dict[tuple[str, str], list[Cell]]:
        found: dict[tuple[str, str], list[Cell]] = {}
        for table in public_tables(content):
            for column in lineage(content).of(table):
                for field in fields_of(content, (table, column)):
                    found.setdefault((field.dataset, field.field), []).append((table, column))
        return found

    return content.once("fields of forms are used in", ask)


@dataclass(frozen=True)
class Step:
    """How a column of a table comes about, from one column of the table before.

    Attributes:
        sources: name of a table, name of a column (empty: its rows), address of the page of the table or nothing.
    """

    kind: str
    sources: list[tuple[str, str, str]]
    formula: list[str]
    conditions: list[str]
    groups: list[str]


def steps(content: Content, table: str, language: Language) -> dict[str, list[Step]]:
    """Column → how it comes about; of what no SELECT gives, the rule."""
    return content.once(("steps", table, language), lambda: _all_steps(content, table, language))


def _all_steps(content: Content, table: str, language: Language) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    contract = content.table_contracts.get(table)
    for column, origins in lineage(content).of(table).items():
        found[column] = list(_steps(content, origins, language))
    symbols = contract.symbol_columns if contract else []
    for column in contract.columns if contract else ():
        if column not in found and (rule := _rule(symbols, column)):
            found[column] = [Step(RULE, [], [str(page_texts(GROUP)["lineage"]["rules"][rule][language])], [], [])]
    return found


def _rule(symbols: list[str], column: str) -> str:
    return "symbol" if column in symbols else "status" if column == "status" else ""


def _steps(content: Content, origins: tuple[Origin, ...], language: Language) -> Iterator[Step]:
    """Those that differ in nothing but the column they begin with are one."""
    together: dict[tuple[object, ...], list[Origin]] = {}
    for origin in origins:
        together.setdefault((origin.kind, origin.steps, origin.conditions, origin.groups), []).append(origin)
    for some in together.values():
        one = some[0]
        sources = list(dict.fromkeys((*named(content, o.table, o.column, language),) for o in some))
        yield Step(one.kind, sources, list(one.steps), list(one.conditions), list(one.groups))


def named(content: Content, table: str, column: str, language: Language) -> tuple[str, str, str]:
    """Table and column as readers know them, and the page of the table."""
    contract = load_contracts().get(table.removeprefix(ACCEPTED)) if table.startswith(ACCEPTED) else None
    if contract is None:
        is_public = table in content.table_contracts and content.table_contracts[table].audience == "public"
        return table, column, f"dictionary/tables/{table}.html" if is_public else ""
    field = contract.fields.get(column)
    header = (field.header if language == "ko" else column) if field else column
    return (contract.title.ko if language == "ko" else contract.title.en), header, form_path(contract.dataset)


def form_path(dataset: str) -> str:
    return f"dictionary/forms/{dataset}.html"


def table_path(table: str) -> str:
    return f"dictionary/tables/{table}.html"


def between(content: Content, table: str) -> list[str]:
    """The tables on the way that have no page of their own, those nearest to the table first."""
    found = lineage(content)
    listed: list[str] = []
    waiting = [table]
    for name in waiting:
        for before in sorted({o.table for origins in found.of(name).values() for o in origins}):
            if before not in waiting:
                waiting.append(before)
                if before in found.statements and not named(content, before, "", "ko")[2]:
                    listed.append(before)
    return listed


def drawn(content: Content, table: str, language: str, link: object) -> Markup:
    """The lineage of a table as a drawing.

    Args:
        link: path of a page → the way there.
    """
    tongue, words = cast("Language", language), Words(GROUP, cast("Language", language))
    found, contract = lineage(content), content.table_contracts[table]
    columns: dict[str, dict[str, str]] = {table: {name: name for name in contract.columns if name in found.of(table)}}
    links: list[tuple[Place, Place, str]] = []
    waiting, seen = [(table, column) for column in columns[table]], set()
    while waiting:
        cell = waiting.pop(0)
        if cell in seen:
            continue
        seen.add(cell)
        for origin in found.of(cell[0]).get(cell[1], ()):
            before = _boxed(origin)
            own = columns.setdefault(before[0], {})
            for column in before[1]:
                own.setdefault(column, _line_name(before[0], column, tongue, words))
                links.append(((before[0], column), cell, origin.kind))
            waiting += [(before[0], column) for column in before[1]]
    boxes = [
        Box(name, *_titled(content, name, tongue, words), _in_order(found, name, lines), _address(content, name, link))
        for name, lines in columns.items()
    ]
    return flow_chart(boxes, links, table, words("lineage.drawing", table=table))


def _boxed(origin: Origin) -> tuple[str, list[str]]:
    """Table and columns of the drawing for an origin: accepted rows are shown as their form, by its fields."""
    contract = load_contracts().get(origin.table.removeprefix(ACCEPTED)) if origin.table.startswith(ACCEPTED) else None
    if contract is None or origin.column == ROW:
        return origin.table, [origin.column]
    return origin.table, [used.field for used in asked_by(contract, origin.column)]


def _line_name(table: str, column: str, language: Language, words: Words) -> str:
    if column == ROW:
        return words("lineage.rows")
    contract = load_contracts().get(table.removeprefix(ACCEPTED)) if table.startswith(ACCEPTED) else None
    if contract and column in contract.fields:
        return contract.fields[column].header if language == "ko" else column
    return words("lineage.known", column=column) if contract else column


def _titled(content: Content, name: str, language: Language, words: Words) -> tuple[str, str]:
    schema, _, bare = name.rpartition(".")
    contract = load_contracts().get(bare) if schema == "accepted" else None
    if contract:
        return (contract.title.ko if language == "ko" else contract.title.en), words("lineage.kinds.form")
    if schema:
        return bare, words(f"lineage.kinds.{schema}")
    kind = name.partition("_")[0]
    return name, words(f"lineage.kinds.{kind if kind in ('fct', 'dim', 'mart', 'meta') else 'between'}")


def _in_order(found: ColumnLineage, name: str, lines: dict[str, str]) -> dict[str, str]:
    """Columns in the order of their table, so that the same table looks alike everywhere."""
    order = {column: place for place, column in enumerate(found.columns_of(name))}
    return dict(sorted(lines.items(), key=lambda line: order.get(line[0], -1)))


def _address(content: Content, name: str, link: object) -> str:
    path = named(content, name, "", "ko")[2]
    return str(link(path)) if path and callable(link) else ""
