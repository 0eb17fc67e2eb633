"""The published tables of a program as a page shows them: small ones in full, large ones by their last year.

Of events, which aren't held every year, these are the newest editions of each series.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.table_contract import YEAR
from sciculture_etl.disclosure import published_relation
from sciculture_etl.model.status import PROGRAM
from sciculture_etl.pages.numbers import shown_number
from sciculture_etl.pages.words import Language, in_language
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.site import downloads
from sciculture_etl.publish.site.downloads import Download
from sciculture_etl.publish.site.programs import belongs_to, is_whole, tables_of
from sciculture_etl.publish.site.slices import counts, rows
from sciculture_etl.publish.workbooks.columns import SheetColumn, sheet_table, stated_words
from sciculture_etl.publish.workbooks.sheet import header_text
from sciculture_etl.publish.workbooks.texts import unit_text, yes_or_no

REGION_NAMES = ("sido_name", "sigungu_name")  # columns of names beside which the code stands
MAX_ROWS, MAX_CELLS = 200, 1_500  # of a table on a page
EDITION = ("series_code", "event_year")


@dataclass(frozen=True)
class Column:
    """A column as its header tells it."""

    label: str
    unit: str
    is_number: bool


@dataclass(frozen=True)
class ShownTable:
    """A table on a page.

    Attributes:
        year: the last, where only its rows are shown.
        is_newest: whether only the newest edition of each series is shown.
        rows: texts by columns; none where the table is too large for a page.
        count: of all rows.
    """

    name: str
    title: str
    description: str
    count: int
    downloads: list[Download]
    columns: list[Column] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    year: int | None = None
    is_newest: bool = False
    is_long: bool = False


@dataclass(frozen=True)
class TableRows:
    """Rows of a table as they are published.

    Attributes:
        rows: each with its values and its symbols, by columns.
        year: the last, where only its rows are there.
        is_newest: whether only the newest edition of each series is there.
    """

    columns: list[SheetColumn]
    rows: list[tuple[tuple[Any, ...], tuple[Any, ...]]]
    year: int | None = None
    is_newest: bool = False

    @property
    def is_cut(self) -> bool:
        return self.is_newest or self.year is not None


def shown_tables(content: Content, program: str, language: Language) -> list[ShownTable]:
    """The tables of a program in the order of its workbook; lists of codes last."""
    return [_shown(content, program, table, language) for table in tables_of(content, program)]


def _shown(content: Content, program: str, table: str, language: Language) -> ShownTable:
    table_contract = content.table_contracts[table]
    count = counts(content, table, belongs_to(content, table)).get(program, 0)
    title, described = in_language(table_contract.title, language), in_language(table_contract.description, language)
    files = downloads.of_table(content, table, is_whole(content, program, table))
    empty = ShownTable(table, title, described, count, files, is_long=table_contract.is_long)
    read = None if table_contract.is_long else table_rows(content, program, table, language)
    if read is None or len(read.rows) * len(read.columns) > MAX_CELLS:
        return empty
    heads = [
        Column(header_text(one, language), unit_text(_unit(one), language), one.is_number and not one.is_label)
        for one in read.columns
    ]
    texts = [
        [cell_text(*cell, language) for cell in zip(read.columns, values, symbols, strict=True)]
        for values, symbols in read.rows
    ]
    return replace(empty, columns=heads, rows=texts, year=read.year, is_newest=read.is_newest)


def table_rows(content: Content, program: str, table: str, language: Language) -> TableRows | None:
    """A program's rows of a table, of a large one the newest of them; None where these are too many for a page."""
    table_contract, slice_of = content.table_contracts[table], belongs_to(content, table)
    is_cut = counts(content, table, slice_of).get(program, 0) > MAX_ROWS
    where = _newest(table_contract) if is_cut else "true"
    if where is None:
        return None
    columns = _columns(content, table, tables_of(content, program)[table], language)
    asked = ", ".join([*(one.value for one in columns), *(one.symbol for one in columns)])
    found, width = rows(content, table, slice_of, asked, where).get(program, []), len(columns)
    if len(found) > MAX_ROWS:
        return None
    is_of_year = is_cut and YEAR in table_contract.grain
    year = found[0][[one.name for one in columns].index(YEAR)] if is_of_year and found else None
    split = [(row[:width], row[width:]) for row in found]
    return TableRows(columns, split, year, is_newest=is_cut and not is_of_year)


def _newest(table_contract: TableContract) -> str | None:
    """SQL of the newest rows of a table: those of its last year, or of the newest edition of each series of events."""
    relation = published_relation(table_contract)
    if YEAR in table_contract.grain:
        return f"{YEAR} = (SELECT max({YEAR}) FROM {relation})"
    if not set(EDITION) <= set(table_contract.grain):
        return None
    series, year = EDITION
    return f"({series}, {year}) IN (SELECT ({series}, max({year})) FROM {relation} GROUP BY {series})"


def _unit(column: SheetColumn) -> str | None:
    return column.stated.unit if column.is_number and not column.is_label else None


def columns_of(content: Content, table: str, share: str) -> list[SheetColumn]:
    """The columns of a table as its sheet in a workbook has them."""

    def ask() -> list[SheetColumn]:
        words = content.once("stated words", lambda: stated_words(content.connection))
        return sheet_table(content.connection, content.table_contracts[table], share, {}, words).columns

    return content.once(("columns", table), ask)


def _columns(content: Content, table: str, share: str, language: Language) -> list[SheetColumn]:
    """The columns that people read: not the codes beside which a name stands, nor names in the other language."""
    names = set(content.table_contracts[table].columns)
    regions = {name: code for name in REGION_NAMES if name in names and (code := _code_of(name, names))}
    other = "_en" if language == "ko" else "_ko"
    return [
        replace(one, value=_english(one.name, regions[one.name])) if language == "en" and one.name in regions else one
        for one in columns_of(content, table, share)
        if not (one.name.endswith(other) and one.name.removesuffix(other) + f"_{language}" in names)
        and not (one.name.endswith("_code") and _is_named(one.name.removesuffix("_code"), names))
        and not (one.name.startswith("current_") and one.name.removeprefix("current_") in names)
        and not one.name.startswith(PROGRAM.removesuffix("_code") + "_name")
        and one.name != PROGRAM
    ]


def _code_of(name: str, names: set[str]) -> str | None:
    """SQL of the code of a region that is named; a sido without a code of its own has that of its sigungu."""
    code = name.removesuffix("_name") + "_code"
    if code in names:
        return f't."{code}"'
    return 't."sigungu_code"[:2]' if name == "sido_name" and "sigungu_code" in names else None


def _english(name: str, code: str) -> str:
    """SQL of the English name of a region, by the SQL of its code."""
    named = f"SELECT any_value(r.name_en) FROM dim_region AS r WHERE r.region_code = rpad({code}, 10, '0')"
    return f'coalesce(({named}), t."{name}")'


def _is_named(stem: str, names: set[str]) -> bool:
    return bool(names & {f"{stem}_name", f"{stem}_name_ko"})


def cell_text(column: SheetColumn, value: Any, symbol: str | None, language: Language) -> str:
    """How a value stands in a table: numbers with commas, codes in words."""
    if value is None:
        return shown_number(None, symbol)
    if isinstance(value, bool):
        return yes_or_no(value, language)
    if column.is_label:
        return str(value)
    if isinstance(value, int | float):
        return shown_number(value, symbol, column.stated.unit)
    if value in column.stated.codes:
        return in_language(column.stated.codes[value], language)
    return column.words.get(value, str(value)) if language == "ko" else str(value)
