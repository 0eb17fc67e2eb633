"""One workbook of a release: contents, the tables in Korean, what their columns mean, then the same in English.

The same rows, texts and release give the same bytes. It names the release that it was written in; one that would come
out the same in the next is that file, so that the name says since when the figures are so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter import Workbook

from sciculture_etl import __version__
from sciculture_etl.contracts import TableContract
from sciculture_etl.contracts.table_contract import TableColumn
from sciculture_etl.contracts.yaml_files import BilingualText
from sciculture_etl.publish.about import about
from sciculture_etl.publish.files import Content
from sciculture_etl.publish.workbooks.cells import Formats, sheet_names
from sciculture_etl.publish.workbooks.columns import SheetTable, sheet_table, stated_words
from sciculture_etl.publish.workbooks.contents import (
    ShownTable,
    statuses_of,
    symbols_of,
    write_columns,
    write_contents,
)
from sciculture_etl.publish.workbooks.sheet import Counted, footer_of, write_sheet
from sciculture_etl.publish.workbooks.texts import LANGUAGES, NOT_ADDITIVE_SIGN, Language, all_texts, label, text
from sciculture_etl.settings import fingerprint, sql_text

ROWS_AT_ONCE = 5_000
MAX_KEPT_CELLS = 20_000  # of a table whose rows are kept
Facts = list[tuple[BilingualText, BilingualText]]


def made_from(content: Content, code: str) -> str:
    """What decides how a workbook comes out, but for the release's name."""
    parts = [__version__, xlsxwriter.__version__, repr(all_texts()), repr(_title(content, code)), code]
    parts += [repr(fact) for fact in _facts(content, code)]
    for table in _tables(content, code):
        order = ", ".join(f'"{name}"' for name in table.table_contract.grain)
        row = content.connection.execute(
            f"SELECT md5(string_agg(CAST(row AS VARCHAR), chr(10))) FROM ({table.values}) AS row"
        ).fetchone()
        parts += [table.table_contract.model_dump_json(), table.rows, order, str(row[0] if row else "")]
        parts += [repr(column) for column in table.columns]
    return fingerprint(*parts)


def write_workbook(content: Content, code: str, target: Path) -> None:
    """Writes the workbook of a program, or one of those that are no program's."""
    title, day = _title(content, code), content.release_id.rpartition("-")[2]
    options = {"constant_memory": True, "tmpdir": str(target.parent)}
    with Workbook(str(target), options) as book:
        formats = Formats.of(book)
        created = datetime.strptime(day, "%Y%m%d")
        book.set_properties({"title": title.ko, "subject": title.en, "created": created})
        shown, explained, contents = _laid_out(content, code)
        facts = _facts(content, code)
        named = text("release", release=content.release_id)
        facts = [(label("release"), named), (label("date"), BilingualText(ko=_dated(day), en=_dated(day))), *facts]
        if (statuses := statuses_of(shown)) is not None:
            facts.append((label("status"), statuses))
        facts += [(label("symbols"), symbols_of(shown)), (label("adding"), text("adding", sign=NOT_ADDITIVE_SIGN))]
        footer = footer_of(title.ko, content.release_id, "ko")
        write_contents(book.add_worksheet(contents), formats, title, facts, shown, explained, footer)
        kept: dict[str, list[tuple[Any, ...]]] = {}
        for language in LANGUAGES:
            for one in shown:
                sheet = book.add_worksheet(one.sheets[language])
                rows = _rows_once(content, one, kept)
                write_sheet(sheet, formats, one.table, one.counted, rows, language, contents, footer)
            sheet = book.add_worksheet(explained[language])
            write_columns(sheet, formats, shown, language, footer)


def _dated(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def _rows(content: Content, query: str) -> Iterator[tuple[Any, ...]]:
    # On no connection of its own, which would not see what this one alone has. Nothing else asks it meanwhile.
    cursor = content.connection.execute(query)
    while rows := cursor.fetchmany(ROWS_AT_ONCE):
        yield from rows


def _rows_once(
    content: Content, shown: ShownTable, kept: dict[str, list[tuple[Any, ...]]]
) -> Iterable[tuple[Any, ...]]:
    """The rows of a table; those of a small one are asked for in one language and kept for the other."""
    query = shown.table.values
    if shown.counted.rows * len(shown.table.columns) > MAX_KEPT_CELLS:
        return _rows(content, query)
    if query not in kept:
        kept[query] = list(_rows(content, query))
    return kept[query]


def _tables(content: Content, code: str) -> list[SheetTable]:
    return content.once(("tables of a workbook", code), lambda: _described(content, code))


def _described(content: Content, code: str) -> list[SheetTable]:
    own: dict[str, str] = content.manifest["workbooks"][code]
    measures = _stated_measures(content.table_contracts, own)
    words = content.once("stated words", lambda: stated_words(content.connection))
    return [
        sheet_table(content.connection, content.table_contracts[name], rows, measures, words)
        for name, rows in own.items()
    ]


def _stated_measures(table_contracts: dict[str, TableContract], own: dict[str, str]) -> dict[str, TableColumn]:
    """What tables say of columns of a name; those of the workbook itself before others."""
    found: dict[str, TableColumn] = {}
    for name in [*own, *sorted(table_contracts.keys() - own.keys())]:
        if table_contracts[name].audience == "public":
            for column, stated in table_contracts[name].columns.items():
                found.setdefault(column, stated)
    return found


def _laid_out(content: Content, code: str) -> tuple[list[ShownTable], dict[Language, str], str]:
    """The tables with the names of their sheets, those of the sheets that explain columns, that of the contents."""
    tables = _tables(content, code)
    korean = [table.table_contract.title.ko for table in tables]
    english = [table.table_contract.table.removeprefix("mart_") for table in tables]
    contents, columns = label("contents"), label("columns")
    names = iter(sheet_names([contents.ko, columns.ko, columns.en, *korean, *english]))
    contents_name, *explained = next(names), next(names), next(names)
    by_language = dict(zip(LANGUAGES, ([next(names) for _ in tables], [next(names) for _ in tables]), strict=True))
    shown = [
        ShownTable(table, _count(content, table), {language: by_language[language][place] for language in LANGUAGES})
        for place, table in enumerate(tables)
    ]
    return shown, dict(zip(LANGUAGES, explained, strict=True)), contents_name


def _count(content: Content, table: SheetTable) -> Counted:
    row = content.connection.execute(table.counts).fetchone()
    assert row is not None
    return Counted(row[0], [width or 0 for width in row[1:]])


def _title(content: Content, code: str) -> BilingualText:
    if shared := all_texts()["shared"].get(code):
        return BilingualText(**shared)
    name_ko, name_en, _ = _program(content, code)
    return BilingualText(ko=name_ko, en=name_en)


def _program(content: Content, code: str) -> tuple[str, str, str]:
    """Names and agency of a program; its code where the list doesn't have it."""
    row = content.connection.execute(
        "SELECT name_ko, name_en, agency FROM dim_program WHERE program_code = ?", [code]
    ).fetchone()
    name_ko, name_en, agency = row or (None, None, None)
    return name_ko or code, name_en or code, agency or ""


def _facts(content: Content, code: str) -> Facts:
    """What the contents say of the workbook as a whole, but for what follows from the release and the tables."""
    described = about(content.manifest)
    facts: Facts = [(label("publisher"), described.publisher)]
    if code not in all_texts()["shared"] and (agency := _program(content, code)[2]):
        facts.append((label("agency"), BilingualText(ko=all_texts()["agencies"].get(agency, agency), en=agency)))
    licence = described.licence
    terms = BilingualText(
        ko=f"{licence.title.ko}: {licence.terms.ko}\n{licence.url}", en=f"{licence.title.en}: {licence.terms.en}"
    )
    return [
        *facts,
        (label("sources"), _sources(content, code)),
        (label("nature"), text("nature")),
        (label("licence"), terms),
    ]


def _sources(content: Content, code: str) -> BilingualText:
    datasets = content.manifest["datasets"].get(code, [])
    if not datasets:
        return text("reference")
    named = ", ".join(sql_text(name) for name in datasets)
    titles = content.connection.execute(
        f"SELECT title_ko, title_en FROM meta_dataset WHERE dataset IN ({named}) ORDER BY dataset"
    ).fetchall()
    both = {language: "; ".join(title[place] for title in titles) for place, language in enumerate(LANGUAGES)}
    return text("sources", datasets=both)
